/**
 * Schedules: small records that submit jobs when they are due. {@code ScheduleMachine} decides and
 * is pure; {@code ScheduleEffects} submits, looks at and cancels jobs; {@code LocalSchedules} is
 * the port's side. Uses {@code runtime.machine}, which drives the records.
 */
package io.mirrorneuron.runtime.schedule;
