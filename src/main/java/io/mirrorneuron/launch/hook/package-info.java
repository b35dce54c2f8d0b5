/**
 * Hooks of blueprints: programs that a bundle brings to prepare a launch, to accompany its job and
 * to clear up after it.
 */
package io.mirrorneuron.launch.hook;
