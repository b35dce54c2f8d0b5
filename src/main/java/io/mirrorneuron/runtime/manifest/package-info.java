/**
 * Compiles the author's text to a validated {@link io.mirrorneuron.runtime.workflow.Workflow};
 * entry is {@link io.mirrorneuron.runtime.manifest.Manifests}. Pure: looks at no disk and no clock.
 *
 * <p>A {@code Topology} says where a form keeps its parts, an {@code Assembly} reads them ({@code
 * ManifestHeader}, {@code Nodes}, {@code Edges}, {@code Seeds}, {@code Policies}); {@code StepForm}
 * adds what {@code StepReader} finds. Every reader works on a {@link
 * io.mirrorneuron.runtime.manifest.reading.ManifestValue}, which knows its place in the text and
 * reports errors there.
 */
package io.mirrorneuron.runtime.manifest;
