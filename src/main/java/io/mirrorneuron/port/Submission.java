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
 */
public record Submission(
    String manifestJson, Payloads payloads, String idempotencyKey, String submittedBy) {

  /** By nobody in particular. */
  public Submission(String manifestJson, Payloads payloads, String idempotencyKey) {
    this(manifestJson, payloads, idempotencyKey, null);
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

  /** The same by another submitter. */
  public Submission by(String subject) {
    return new Submission(manifestJson, payloads, idempotencyKey, subject);
  }

  public static Submission of(String manifestJson) {
    return new Submission(manifestJson, new Payloads.Inline(Map.of()), null);
  }
}
