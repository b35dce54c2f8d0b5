/** Jobs, from submission to result. Entry point: {@link io.mirrorneuron.area.jobs.JobsVerticle}. */
package io.mirrorneuron.area.jobs;
