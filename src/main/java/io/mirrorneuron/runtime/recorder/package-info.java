/**
 * Writes what is committed of jobs into the run store. {@link
 * io.mirrorneuron.runtime.recorder.RunRecorder} decides when, {@link
 * io.mirrorneuron.runtime.recorder.Recording} what, {@code EventRecords} and {@code
 * TimelineRecords} how an event reads there.
 */
package io.mirrorneuron.runtime.recorder;
