/**
 * From the author's text to a validated {@link io.mirrorneuron.runtime.manifest.Workflow}; entry is
 * {@link io.mirrorneuron.runtime.manifest.Manifests}. Pure: looks at no disk and no clock.
 */
package io.mirrorneuron.runtime.manifest;
