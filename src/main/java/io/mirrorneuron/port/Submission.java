package io.mirrorneuron.port;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A bundle handed to the runtime: the manifest's text and its payload files.
 *
 * @param manifestJson the author's manifest, unchanged
 * @param payloads the files below {@code payloads/}
 * @param idempotencyKey same key and content: same job; null means every call makes a job
 * @param submittedBy the name certified by the submitter's token; null if it certifies none
 * @param origin what the endpoint knows besides
 */
public record Submission(
    String manifestJson,
    Payloads payloads,
    String idempotencyKey,
    String submittedBy,
    Origin origin) {

  public Submission(
      String manifestJson, Payloads payloads, String idempotencyKey, String submittedBy) {
    this(manifestJson, payloads, idempotencyKey, submittedBy, Origin.UNKNOWN);
  }

  public Submission(String manifestJson, Payloads payloads, String idempotencyKey) {
    this(manifestJson, payloads, idempotencyKey, null);
  }

  /** Returns a copy with this manifest. */
  public Submission withManifest(String other) {
    return new Submission(other, payloads, idempotencyKey, submittedBy, origin);
  }

  public sealed interface Payloads {
    /**
     * Files in memory.
     *
     * @param files content by relative path with forward slashes
     * @param executables the paths of the executable files
     */
    record Inline(Map<String, byte[]> files, Set<String> executables) implements Payloads {
      public Inline {
        files = Map.copyOf(files);
        executables = Set.copyOf(executables);
      }

      /** Files that came without modes. */
      public Inline(Map<String, byte[]> files) {
        this(files, programsAmong(files));
      }

      private static Set<String> programsAmong(Map<String, byte[]> files) {
        return files.entrySet().stream()
            .filter(file -> looksExecutable(file.getValue()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet());
      }
    }

    /** A folder on this machine. Its content is copied; the folder stays the caller's. */
    record Folder(Path root) implements Payloads {}

    /**
     * Whether a file of unknown mode counts as executable: a script with an interpreter line
     * ({@code #!}), or an ELF binary.
     *
     * @param content all of it, or at least its first four bytes
     */
    static boolean looksExecutable(byte[] content) {
      return content.length >= 2 && content[0] == '#' && content[1] == '!'
          || content.length >= 4
              && content[0] == 0x7f
              && content[1] == 'E'
              && content[2] == 'L'
              && content[3] == 'F';
    }
  }

  /**
   * Facts about a bundle that are not in its manifest, known to the endpoint that received it. They
   * control the input rules and whether their programs may run.
   *
   * @param folder from which this process itself read the manifest; null for a sent or uploaded
   *     bundle. Never passed to a remote runtime
   * @param configJson the blueprint's configuration with all its layers, a JSON object; null if
   *     unknown
   * @param asksRules whether input rules are checked; never passed to a remote runtime
   */
  public record Origin(Path folder, String configJson, boolean asksRules) {
    public static final Origin UNKNOWN = new Origin(null, null);

    public Origin(Path folder, String configJson) {
      this(folder, configJson, true);
    }

    /** Returns a copy that skips the input rules, as the endpoint checks them itself. */
    public Origin asked() {
      return new Origin(folder, configJson, false);
    }
  }

  /** Returns a copy with this {@code submittedBy}. */
  public Submission by(String subject) {
    return new Submission(manifestJson, payloads, idempotencyKey, subject, origin);
  }

  /** Returns a copy with this {@code origin}. */
  public Submission from(Origin known) {
    return new Submission(manifestJson, payloads, idempotencyKey, submittedBy, known);
  }

  public static Submission of(String manifestJson) {
    return new Submission(manifestJson, new Payloads.Inline(Map.of()), null);
  }
}
