package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestValue;

/**
 * A step where its author wrote it, with the members that several readers need.
 *
 * @param run the node or binding that does its work
 * @param control how often and how long it is tried
 */
record DeclaredStep(
    ManifestValue place, ManifestValue id, ManifestValue run, ManifestValue control) {

  static DeclaredStep of(ManifestValue place) {
    return new DeclaredStep(place, place.at("id"), place.at("run"), place.at("control"));
  }
}
