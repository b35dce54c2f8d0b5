package io.mirrorneuron.runtime.manifest.reading;

import io.mirrorneuron.port.Validation.Location;

/**
 * A place in the text of a manifest.
 *
 * @param parent the object or list around it; null for the whole manifest
 * @param segment name of the member or position in the list
 * @param name what people call it; for an entry with an id, the id
 */
record ManifestPlace(ManifestPlace parent, String segment, String name) {

  ManifestPlace named(String newName) {
    return new ManifestPlace(parent, segment, newName);
  }

  /** The place for people, by names: {@code nodes.<node id>.config.command}. */
  String label() {
    String above = parent == null ? "" : parent.label();
    return above.isEmpty() ? name : above + "." + name;
  }

  /** The place for programs, by positions: {@code nodes.3.config.command}. */
  String path() {
    String above = parent == null ? "" : parent.path();
    return above.isEmpty() ? segment : above + "." + segment;
  }

  /** The place for reports. */
  Location location() {
    return new Location("manifest", path(), pointer());
  }

  /** The place as a JSON pointer below {@code /manifest}. */
  String pointer() {
    return parent == null
        ? "/manifest"
        : parent.pointer() + "/" + segment.replace("~", "~0").replace("/", "~1");
  }
}
