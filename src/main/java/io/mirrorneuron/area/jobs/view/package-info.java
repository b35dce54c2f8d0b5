/**
 * Views of a job: detail, step progress, messages between agents. Built from the job's documents
 * ({@link io.mirrorneuron.area.jobs.view.JobRecord}) and events ({@link
 * io.mirrorneuron.area.jobs.view.JobStory}); independent of their storage and of the caller. Pure.
 */
package io.mirrorneuron.area.jobs.view;
