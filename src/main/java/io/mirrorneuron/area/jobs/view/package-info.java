/**
 * What is shown of a job: its detail, how far its steps are, who talks to whom. Made of the job's
 * documents ({@link io.mirrorneuron.area.jobs.view.JobRecord}) and of its events ({@link
 * io.mirrorneuron.area.jobs.view.JobStory}); knows neither where these lie nor who asks. Pure.
 */
package io.mirrorneuron.area.jobs.view;
