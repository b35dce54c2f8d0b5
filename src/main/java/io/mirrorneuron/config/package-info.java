/**
 * All settings, read once: {@link io.mirrorneuron.config.ConfigLoader} is the only reader of the
 * environment.
 */
package io.mirrorneuron.config;
