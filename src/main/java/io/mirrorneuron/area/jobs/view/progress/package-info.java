/**
 * How far a job is: what its events do to its steps ({@link
 * io.mirrorneuron.area.jobs.view.progress.EventDigest}), and how that is shown ({@link
 * io.mirrorneuron.area.jobs.view.progress.ProgressSnapshot}). Pure.
 */
package io.mirrorneuron.area.jobs.view.progress;
