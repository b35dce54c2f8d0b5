/**
 * Writes what is committed of jobs into the run store. {@link
 * io.mirrorneuron.run.record.RunRecorder} decides when, {@link
 * io.mirrorneuron.run.record.Recording} what, {@code EventRecords} and {@code TimelineRecords} how
 * an event reads there.
 */
package io.mirrorneuron.run.record;
