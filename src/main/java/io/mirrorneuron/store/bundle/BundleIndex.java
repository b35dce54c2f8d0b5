package io.mirrorneuron.store.bundle;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Port: the shared index of payload files of bundles, and the bytes of small ones. Each change is
 * one atomic call. Blocking, thread-safe; throws {@link io.mirrorneuron.model.MnException}
 * UNAVAILABLE while the store is away, and STORAGE_FULL.
 */
public interface BundleIndex {
  enum Place {
    /** In the store itself, in parts. */
    REDIS,
    /** A file in the shared folder. */
    FOLDER,
    /** Only on the nodes that received it. */
    NODE
  }

  /**
   * @param bytes of all files with their names
   * @param name of its bytes at that place, unique; of a {@link Place#NODE} the names of the nodes,
   *     separated by spaces
   */
  record Entry(long bytes, Place place, String name) {}

  /**
   * Bundles that were not used since a moment.
   *
   * @param moment by the clock of the store, in milliseconds
   */
  record Unused(long moment, List<String> fingerprints) {}

  /** The bundle's entry; empty when unknown. */
  Optional<Entry> find(String fingerprint);

  /** The same; a known bundle counts as used now. */
  Optional<Entry> keep(String fingerprint);

  /**
   * Reserves space in the store for the bytes of a bundle, for some minutes.
   *
   * @param name for its bytes
   * @param budget of all bundles in the store together
   * @return empty when there is space, else the bytes that other bundles take
   */
  OptionalLong reserve(String name, long bytes, long budget);

  /**
   * Writes a part of a bundle with a reservation.
   *
   * @param number from 0
   * @return false when the reservation has expired
   */
  boolean write(String name, int number, byte[] part);

  /**
   * Reserves, writes and publishes a bundle of one part in one call.
   *
   * @param name for its bytes
   * @param budget of all bundles in the store together
   * @return empty when it is published, else the bytes that other bundles take
   */
  OptionalLong put(String fingerprint, String name, byte[] whole, long budget);

  /** A part of a bundle in the store; null when there is none with this number. */
  byte[] read(String name, int number);

  /**
   * Publishes a bundle's place. A known place that every node reaches stays, and parts that were
   * written under this name are dropped; nodes are added to the known ones.
   *
   * @return the entry as of now; empty when the reservation of the parts has expired
   */
  Optional<Entry> publish(String fingerprint, Entry entry);

  /** Bundles that were not used for so many milliseconds. */
  Unused unusedFor(long age);

  /**
   * Removes a bundle and its parts, unless it has been used since.
   *
   * @param moment of {@link #unusedFor}
   * @return the removed entry
   */
  Optional<Entry> remove(String fingerprint, long moment);
}
