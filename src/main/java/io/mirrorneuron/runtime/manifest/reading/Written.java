package io.mirrorneuron.runtime.manifest.reading;

import java.util.HashMap;
import java.util.Map;

/**
 * Where an author wrote what stands in a tree that was made of the manifest: a tree of places
 * beside the tree of values. What it does not tell stands where it seems to. Not thread-safe while
 * it is made.
 */
public final class Written {
  /** Everything stands where it seems to. */
  static final Written AS_IT_IS = new Written();

  private final Map<String, Written> members = new HashMap<>();
  private ManifestPlace place;

  /** What is told of one member or list entry; made when nothing was. */
  public Written member(String member) {
    return members.computeIfAbsent(member, name -> new Written());
  }

  /** The value there was written here. */
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
}
