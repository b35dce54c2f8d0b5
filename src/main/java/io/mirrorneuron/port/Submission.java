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
 * @param submittedBy the name that the submitter's token vouches for; null when it vouches for none
 * @param origin what the door knows besides
 */
public record Submission(
    String manifestJson,
    Payloads payloads,
    String idempotencyKey,
    String submittedBy,
    Origin origin) {

  /** From anywhere. */
  public Submission(
      String manifestJson, Payloads payloads, String idempotencyKey, String submittedBy) {
    this(manifestJson, payloads, idempotencyKey, submittedBy, Origin.UNKNOWN);
  }

  /** By nobody in particular. */
  public Submission(String manifestJson, Payloads payloads, String idempotencyKey) {
    this(manifestJson, payloads, idempotencyKey, null);
  }

  /** The same with another manifest. */
  public Submission withManifest(String other) {
    return new Submission(other, payloads, idempotencyKey, submittedBy, origin);
  }

  public sealed interface Payloads {
    /**
     * Files in memory.
     *
     * @param files content by relative path with forward slashes
     * @param executables the paths of those that are programs
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

    /** A folder on this machine whose content is copied; it stays the caller's. */
    record Folder(Path root) implements Payloads {}

    /**
     * Whether a file of which nobody knows the mode is taken for a program: a script that names its
     * interpreter ({@code #!}), or an ELF binary.
     *
     * @param content all of it, or its first four bytes at least
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
   * What a door knows of a bundle that is not in its manifest. It decides what rules of inputs look
   * at, and whether their programs may run.
   *
   * @param folder from which this process itself read the manifest; null of what was sent or
   *     uploaded. It stays here: a runtime elsewhere is not told
   * @param configJson the configuration of the blueprint with all its layers, a JSON object; null
   *     when the door knows none
   * @param asksRules whether rules of inputs are asked; this stays here, too
   */
  public record Origin(Path folder, String configJson, boolean asksRules) {
    public static final Origin UNKNOWN = new Origin(null, null);

    public Origin(Path folder, String configJson) {
      this(folder, configJson, true);
    }

    /** The same of what its door has validated, or will: its rules are not asked once more. */
    public Origin asked() {
      return new Origin(folder, configJson, false);
    }
  }

  /** The same by another submitter. */
  public Submission by(String subject) {
    return new Submission(manifestJson, payloads, idempotencyKey, subject, origin);
  }

  /** The same from a known place. */
  public Submission from(Origin known) {
    return new Submission(manifestJson, payloads, idempotencyKey, submittedBy, known);
  }

  public static Submission of(String manifestJson) {
    return new Submission(manifestJson, new Payloads.Inline(Map.of()), null);
  }
}
