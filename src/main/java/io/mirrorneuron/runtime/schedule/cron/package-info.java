/**
 * When a cron expression fires. {@link io.mirrorneuron.runtime.schedule.cron.CronExpression} says
 * what is written and which local minutes match it, {@link
 * io.mirrorneuron.runtime.schedule.cron.CronSchedule} lays several of them on the time line of a
 * zone, with its clock changes. Pure: no clock, no state. Start with the schedule.
 */
package io.mirrorneuron.runtime.schedule.cron;
