/**
 * Computes when a cron expression fires. {@link
 * io.mirrorneuron.runtime.schedule.cron.CronExpression} parses and matches local minutes; {@link
 * io.mirrorneuron.runtime.schedule.cron.CronSchedule} maps expressions to instants of a zone with
 * its clock changes. Pure: no clock, no state. Start with the schedule.
 */
package io.mirrorneuron.runtime.schedule.cron;
