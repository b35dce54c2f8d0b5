/**
 * Schedules: small records that submit jobs at their times. {@code ScheduleMachine} decides and is
 * pure; {@code ScheduleEffects} submits, looks up and cancels jobs; {@code LocalSchedules}
 * implements the port. {@code runtime.machine} drives the records.
 */
package io.mirrorneuron.runtime.schedule;
