/**
 * The jobs port of the runtime in this process. Entry: {@link LocalJobs}; submissions, forks,
 * backups and restores have classes of their own. Uses the engine, the job store and the manifest
 * reader.
 */
package io.mirrorneuron.runtime.local;
