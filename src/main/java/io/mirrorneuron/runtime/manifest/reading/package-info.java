/**
 * Common tools of the readers of a manifest: {@link ManifestValue}, a value with its place in the
 * text; {@link Findings}, the errors and warnings of one manifest; shapes, names, conditions. Uses
 * {@code runtime.workflow} and {@code wire}.
 */
package io.mirrorneuron.runtime.manifest.reading;
