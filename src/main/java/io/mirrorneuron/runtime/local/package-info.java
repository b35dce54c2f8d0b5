/**
 * The port of jobs as the runtime in this process answers it. Entry: {@link LocalJobs};
 * submissions, forks, backups and restores have classes of their own. Uses the engine, the store of
 * jobs and the reader of manifests.
 */
package io.mirrorneuron.runtime.local;
