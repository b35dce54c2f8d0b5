/**
 * How far a job is: what its events do to its steps ({@link
 * io.mirrorneuron.jobs.view.progress.Fold}), and how that is shown ({@link
 * io.mirrorneuron.jobs.view.progress.Progress}). Pure.
 */
package io.mirrorneuron.jobs.view.progress;
