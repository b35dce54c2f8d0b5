/**
 * Launches: from a blueprint, a folder or an uploaded bundle to a job, in phases that report their
 * progress and that the next server takes over after a crash.
 */
package io.mirrorneuron.launch;
