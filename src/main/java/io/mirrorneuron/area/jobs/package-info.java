/** Jobs, from submission to result. Start with {@link io.mirrorneuron.area.jobs.JobsVerticle}. */
package io.mirrorneuron.area.jobs;
