/**
 * What the runtime keeps of a job, as it reads: documents ({@link
 * io.mirrorneuron.area.jobs.view.stored.JobRecord}), events and errors. Pure.
 */
package io.mirrorneuron.area.jobs.view.stored;
