/**
 * Words shared by all parts: the one failure and its codes, how far jobs and steps are, and upload
 * quotas. Uses nothing of ours.
 */
package io.mirrorneuron.model;
