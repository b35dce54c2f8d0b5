/**
 * What the runtime keeps of a job, as it reads: documents ({@link
 * io.mirrorneuron.jobs.view.stored.JobRecord}), events and errors. Pure.
 */
package io.mirrorneuron.jobs.view.stored;
