/**
 * The manifest of a bundle as a file: found in its folder, in JSON or YAML, with the place of each
 * value in its text; and inputs put into it. Start at {@link io.mirrorneuron.bundle.ManifestFile}.
 * Uses {@code model}, {@code wire}, {@code config} and {@code port}; knows nothing of what a
 * manifest means.
 */
package io.mirrorneuron.bundle;
