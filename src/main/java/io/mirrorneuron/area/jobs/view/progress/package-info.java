/**
 * How far a job is: what its events do to its steps ({@link
 * io.mirrorneuron.area.jobs.view.progress.Fold}), and how that is shown ({@link
 * io.mirrorneuron.area.jobs.view.progress.Progress}). Pure.
 */
package io.mirrorneuron.area.jobs.view.progress;
