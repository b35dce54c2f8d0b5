/**
 * Writes what is committed of jobs into the folders of their runs. {@link
 * io.mirrorneuron.run.record.RunRecorder} reads the store and decides when, {@link
 * io.mirrorneuron.run.record.Recording} writes one job; {@code EventRecords}, {@code
 * TimelineRecords} and {@code RecordedDocuments} make what is written.
 */
package io.mirrorneuron.run.record;
