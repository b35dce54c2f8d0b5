/**
 * Launches: from a blueprint, a folder or an uploaded bundle to a job, in phases that are told
 * while they go on and that a server which was killed takes up again.
 */
package io.mirrorneuron.launch;
