package io.mirrorneuron.runtime.manifest.reading;

import io.mirrorneuron.port.Validation.Location;
import java.util.HashMap;
import java.util.Map;

/**
 * The author's places of the values in a tree that was derived from the manifest: a tree of places
 * beside the tree of values. A value without an entry has its own place. Not thread-safe while it
 * is built.
 */
public final class Written {
  /** Everything has its own place. */
  static final Written AS_IT_IS = new Written();

  private final Map<String, Written> members = new HashMap<>();
  private ManifestPlace place;

  /** The entry of a member or list entry; made if there is none. */
  public Written member(String member) {
    return members.computeIfAbsent(member, name -> new Written());
  }

  /** Sets the author's place of the value. */
  public Written as(ManifestValue author) {
    place = author.place();
    return this;
  }

  Written below(String member) {
    return members.getOrDefault(member, AS_IT_IS);
  }

  ManifestPlace placeOr(ManifestPlace seeming) {
    return place == null ? seeming : place;
  }

  /**
   * A place in the text of a manifest.
   *
   * @param parent the object or list around it; null for the whole manifest
   * @param segment name of the member or position in the list
   * @param name for people; of an entry with an id, the id
   */
  record ManifestPlace(ManifestPlace parent, String segment, String name) {
    static final ManifestPlace ROOT = new ManifestPlace(null, "", "");

    /** A hostile manifest has very long names, and many errors below them. */
    private static final int LONGEST = 10_000;

    ManifestPlace named(String newName) {
      return new ManifestPlace(parent, segment, newName);
    }

    /** The place for people, by names: {@code nodes.<node id>.config.command}. */
    String label() {
      String above = parent == null ? "" : parent.label();
      String shown = ManifestValue.shown(name);
      return above.isEmpty() ? shown : above + "." + shown;
    }

    /** The place for programs, by positions: {@code nodes.3.config.command}. */
    String path() {
      String above = parent == null ? "" : parent.path();
      return above.isEmpty() ? segment : above + "." + segment;
    }

    /** The place for reports; the place around it if its names are too long. */
    Location location() {
      return length() > LONGEST ? parent.location() : new Location("manifest", path(), pointer());
    }

    private int length() {
      return segment.length() + (parent == null ? 0 : parent.length());
    }

    /** The place as a JSON pointer below {@code /manifest}. */
    String pointer() {
      return parent == null
          ? "/manifest"
          : parent.pointer() + "/" + segment.replace("~", "~0").replace("/", "~1");
    }
  }
}
