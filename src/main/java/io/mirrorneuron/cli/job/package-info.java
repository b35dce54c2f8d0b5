/** {@code mn job} and its commands. Begin at {@link io.mirrorneuron.cli.job.JobCommand}. */
package io.mirrorneuron.cli.job;
