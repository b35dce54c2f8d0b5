/** Jobs, from submission to result. Start with {@link io.mirrorneuron.jobs.JobsVerticle}. */
package io.mirrorneuron.jobs;
