package io.mirrorneuron.launch;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Port: launches, and the bundles that open launches are about to submit. Writes are durable when a
 * call returns. Blocking and thread-safe; each launch is written by one thread.
 */
public interface LaunchStore {

  /** The launch of this progress id, the newest. */
  Optional<LaunchRecord> find(String progressId);

  /**
   * Writes it in place of what was there under its progress id.
   *
   * @throws MnException STORAGE_FULL, UNAVAILABLE; then what was there is there still
   */
  void write(LaunchRecord launch);

  /**
   * Looks at names and sizes of what is to be kept, before anybody reads it. Answers the links
   * among the payload files, which no job gets.
   *
   * @throws MnException STORAGE_FULL when there is no room for it; INVALID when it cannot be copied
   */
  default List<String> expect(Submission submission) {
    return List.of();
  }

  /**
   * Keeps a copy of what is to be submitted, all of it or nothing.
   *
   * @throws MnException as {@link #write}
   */
  void keep(LaunchRecord launch, Submission submission);

  /** What was kept for a launch. */
  Submission kept(LaunchRecord launch);

  /** Removes what was kept; nothing happens when there is none. */
  void discard(LaunchRecord launch);

  /** Launches that are not over. */
  List<LaunchRecord> open();

  /**
   * Deletes launches that ended longer ago than the store's lifetime, all but the newest failed
   * launches, and bundles kept for launches that are over.
   */
  void forget(Instant now);
}
