/**
 * Words shared by all parts: the one failure and its codes, how far jobs and steps are, upload
 * quotas, and how long a silent server counts as alive. Uses nothing of ours.
 */
package io.mirrorneuron.model;
