package io.mirrorneuron.port;

import java.nio.file.Path;
import java.util.Map;

/**
 * A bundle handed to the runtime: the manifest's text and its payload files.
 *
 * @param manifestJson the author's manifest, unchanged
 * @param payloads the files below {@code payloads/}
 * @param idempotencyKey same key and content: same job; null means every call makes a job
 * @param submittedBy the name that the submitter's token vouches for; null when it vouches for none
 */
public record Submission(
    String manifestJson, Payloads payloads, String idempotencyKey, String submittedBy) {

  /** By nobody in particular. */
  public Submission(String manifestJson, Payloads payloads, String idempotencyKey) {
    this(manifestJson, payloads, idempotencyKey, null);
  }

  public sealed interface Payloads {
    /** File content by relative path with forward slashes. */
    record Inline(Map<String, byte[]> files) implements Payloads {
      public Inline {
        files = Map.copyOf(files);
      }
    }

    /** A folder on this machine whose content is copied; it stays the caller's. */
    record Folder(Path root) implements Payloads {}
  }

  /** The same by another submitter. */
  public Submission by(String subject) {
    return new Submission(manifestJson, payloads, idempotencyKey, subject);
  }

  public static Submission of(String manifestJson) {
    return new Submission(manifestJson, new Payloads.Inline(Map.of()), null);
  }
}
