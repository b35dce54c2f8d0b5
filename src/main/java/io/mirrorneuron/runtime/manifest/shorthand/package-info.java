/**
 * Expands the short form of manifests: steps at the root, steps that name a command, {@code
 * defaults} and {@code inputs}. Start at {@link
 * io.mirrorneuron.runtime.manifest.shorthand.Shorthand}. Uses {@code reading} and {@code graph};
 * {@code docs/adr/0026} has the reasons.
 */
package io.mirrorneuron.runtime.manifest.shorthand;
