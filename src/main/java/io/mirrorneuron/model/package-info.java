/**
 * Words shared by all parts: the one failure and its codes, and upload quotas. Uses nothing of
 * ours.
 */
package io.mirrorneuron.model;
