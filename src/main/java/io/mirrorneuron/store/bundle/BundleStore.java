package io.mirrorneuron.store.bundle;

import io.mirrorneuron.port.Submission.Payloads;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Port: payload files of bundles, kept under the hash of their content. What is put here can be
 * fetched by every node of the store that reaches where it was put. Blocking, thread-safe.
 */
public interface BundleStore {
  /**
   * Copies the files; equal content is kept once. They stay for a while, and as long as a job has
   * them.
   *
   * @return the fingerprint, or null when there are no files
   * @throws io.mirrorneuron.model.MnException STORAGE_FULL when what all nodes share is full
   */
  String put(Payloads payloads);

  /** The fingerprint that {@link #put} would answer; nothing is stored. */
  String fingerprint(Payloads payloads);

  /**
   * In which files a bundle differs from a stored one; nothing is stored or fetched.
   *
   * @param stored fingerprint, or null for no files
   * @return empty when the stored ones are not on this node
   */
  Optional<FileDifferences> differences(String stored, Payloads payloads);

  /**
   * Puts files that this node has once more where others reach them, if they are not there any
   * more.
   *
   * @throws io.mirrorneuron.model.MnException as {@link #put} does
   */
  void share(String fingerprint);

  /**
   * Brings the files to this node unless they are here.
   *
   * @return why they cannot be had now, as a sentence for people; empty when they are here
   */
  Optional<String> fetch(String fingerprint);

  /** The folder that holds the files of {@code payloads/} once they are fetched. */
  Path payloads(String fingerprint);

  /** Relative paths with forward slashes of the files in {@code payloads}. */
  Set<String> paths(Payloads payloads);
}
