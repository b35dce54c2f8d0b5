/**
 * Reads the graph of a manifest: nodes, edges, entrypoints, policies. Uses {@code manifest.reading}
 * and knows no form of manifests.
 */
package io.mirrorneuron.runtime.manifest.graph;
