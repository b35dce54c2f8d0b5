/**
 * {@code mn job} and its commands: what was asked of a runtime and became of it. Begin at {@link
 * io.mirrorneuron.cli.job.JobCommand}.
 */
package io.mirrorneuron.cli.job;
