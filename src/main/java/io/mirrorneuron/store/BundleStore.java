package io.mirrorneuron.store;

import io.mirrorneuron.port.Submission.Payloads;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Port: payload files of bundles, kept under the hash of their content. Blocking, thread-safe. */
public interface BundleStore {
  /**
   * Copies the files; equal content is kept once.
   *
   * @return the fingerprint, or null when there are no files
   */
  String put(Payloads payloads);

  /** The folder that holds the files of {@code payloads/}. */
  Path payloads(String fingerprint);

  /**
   * Whether the files are still there. If so they stay for as long as if they had been copied now.
   */
  boolean keep(String fingerprint);

  /**
   * Names of entries that were last used before this moment: fingerprints, and leftovers of
   * interrupted writes.
   */
  List<String> unusedSince(Instant moment);

  /** Removes one of {@link #unusedSince}; it stays when it has been used since. */
  void remove(String name, Instant unusedSince);

  /** Relative paths with forward slashes of the files in {@code payloads}. */
  Set<String> paths(Payloads payloads);
}
