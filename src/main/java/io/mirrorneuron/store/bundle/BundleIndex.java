package io.mirrorneuron.store.bundle;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Port: where the payload files of bundles are, as all nodes of a store see it, and the bytes of
 * those that are small. Each change is one atomic call. Blocking, thread-safe; throws {@link
 * io.mirrorneuron.model.MnException} UNAVAILABLE while the store is away, and STORAGE_FULL.
 */
public interface BundleIndex {
  /** The kind of place where a bundle is. */
  enum Place {
    /** In the store itself, in parts. */
    REDIS,
    /** A file of the folder that the servers share. */
    FOLDER,
    /** With the nodes that took it in, which alone can read it. */
    NODE
  }

  /**
   * @param bytes of all files with their names
   * @param name of its bytes at that place, which no other bundle ever gets; of a {@link
   *     Place#NODE} the names of the nodes, with spaces between
   */
  record Entry(long bytes, Place place, String name) {}

  /**
   * Bundles that were used last before a moment.
   *
   * @param moment by the clock of the store, in milliseconds
   */
  record Unused(long moment, List<String> fingerprints) {}

  /** Where the bundle is. */
  Optional<Entry> find(String fingerprint);

  /** The same; if it is known, it counts as used now. */
  Optional<Entry> keep(String fingerprint);

  /**
   * Sets room in the store aside for the bytes of a bundle, for some minutes.
   *
   * @param name for its bytes
   * @param budget that all bundles in the store may take together
   * @return empty when there is room, else how many bytes others take
   */
  OptionalLong reserve(String name, long bytes, long budget);

  /**
   * Writes a part of a bundle for which room was set aside.
   *
   * @param number from 0
   * @return false when the room is not kept any more
   */
  boolean write(String name, int number, byte[] part);

  /**
   * Sets room aside, writes and publishes a bundle of one part, all at once.
   *
   * @param name for its bytes
   * @param budget that all bundles in the store may take together
   * @return empty when it is known now, else how many bytes others take
   */
  OptionalLong put(String fingerprint, String name, byte[] whole, long budget);

  /** A part of a bundle that is in the store; null when there is none with this number. */
  byte[] read(String name, int number);

  /**
   * Makes known where a bundle is. When another place is known that every node reaches, that stays,
   * and parts that were written under this name are dropped; nodes are added to those that are
   * known.
   *
   * @return what is known now; empty when the room of the parts was not kept any more
   */
  Optional<Entry> publish(String fingerprint, Entry entry);

  /** Those that were last used longer ago than this, in milliseconds. */
  Unused unusedFor(long age);

  /**
   * Forgets a bundle and drops its parts, unless it has been used since.
   *
   * @param moment of {@link #unusedFor}
   * @return what was forgotten
   */
  Optional<Entry> remove(String fingerprint, long moment);
}
