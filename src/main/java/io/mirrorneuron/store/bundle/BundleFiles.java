package io.mirrorneuron.store.bundle;

import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.bundle.BundleStore.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of a bundle as one sequence of bytes: {@code path NUL length NUL content} of each file
 * in path order, of an executable one {@code path NUL x length NUL content}. Its SHA-256 is the
 * bundle's fingerprint; {@link BundleReader} restores the files.
 */
final class BundleFiles {
  private final Map<String, Content> files;

  private BundleFiles(Map<String, Content> files) {
    this.files = files;
  }

  private record Content(byte[] bytes, Path file, boolean isExecutable) {
    long size() throws IOException {
      return bytes != null ? bytes.length : Files.size(file);
    }

    void writeTo(OutputStream out) throws IOException {
      if (bytes != null) {
        out.write(bytes);
      } else {
        Files.copy(file, out);
      }
    }
  }

  static BundleFiles of(Payloads payloads) throws IOException {
    return switch (payloads) {
      case Payloads.Inline inline -> {
        Map<String, Content> files = new TreeMap<>();
        inline
            .files()
            .forEach(
                (path, bytes) ->
                    files.put(path, new Content(bytes, null, inline.executables().contains(path))));
        yield new BundleFiles(files);
      }
      case Payloads.Folder folder -> of(folder.root(), Files::isExecutable);
    };
  }

  /**
   * The files of a stored bundle. Modes count as they were written, also on a file system that is
   * mounted without execution.
   */
  static BundleFiles stored(Path root) throws IOException {
    return of(
        root,
        file -> {
          try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
          } catch (IOException e) {
            return false; // the file is gone; reading its content will fail
          }
        });
  }

  private static BundleFiles of(Path root, Predicate<Path> isExecutable) throws IOException {
    Map<String, Content> files = new TreeMap<>();
    if (Files.isDirectory(root)) {
      try (Stream<Path> tree = Files.walk(root)) {
        for (Path file : (Iterable<Path>) tree::iterator) {
          if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            String path = root.relativize(file).toString().replace('\\', '/');
            files.put(path, new Content(null, file, isExecutable.test(file)));
          }
        }
      }
    }
    return new BundleFiles(files);
  }

  boolean isEmpty() {
    return files.isEmpty();
  }

  Set<String> paths() {
    return files.keySet();
  }

  long size() throws IOException {
    long size = 0;
    for (Map.Entry<String, Content> file : files.entrySet()) {
      size += head(file, file.getValue().size()).length + file.getValue().size();
    }
    return size;
  }

  void writeTo(OutputStream out) throws IOException {
    for (Map.Entry<String, Content> file : files.entrySet()) {
      out.write(head(file, file.getValue().size()));
      file.getValue().writeTo(out);
    }
  }

  /**
   * Writes the files to a folder.
   *
   * @return the fingerprint of the written bytes, a new one when files were changed meanwhile
   */
  String copyTo(Path folder) throws IOException {
    Fingerprint fingerprint = new Fingerprint();
    for (Map.Entry<String, Content> file : files.entrySet()) {
      Content content = file.getValue();
      byte[] head = head(file, content.size());
      fingerprint.write(head, 0, head.length);
      Path place = BundleReader.place(folder, file.getKey());
      try (OutputStream out = BundleReader.create(place);
          OutputStream both = fingerprint.and(out)) {
        content.writeTo(both);
      }
      BundleReader.mode(place, content.isExecutable());
    }
    return fingerprint.hex();
  }

  /** All bytes of a small bundle. */
  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writeTo(bytes);
    return bytes.toByteArray();
  }

  private static byte[] head(Map.Entry<String, Content> file, long size) {
    return head(file, size, file.getValue().isExecutable() ? "x" : "");
  }

  private static byte[] head(Map.Entry<String, Content> file, long size, String mode) {
    return (file.getKey() + '\0' + mode + size + '\0').getBytes(StandardCharsets.UTF_8);
  }

  String fingerprint() throws IOException {
    Fingerprint fingerprint = new Fingerprint();
    writeTo(fingerprint);
    return fingerprint.hex();
  }

  /** SHA-256 and mode of each file, by path. */
  Map<String, String> digests() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Content> file : files.entrySet()) {
      Fingerprint fingerprint = new Fingerprint();
      fingerprint.write(head(file, file.getValue().size()));
      file.getValue().writeTo(fingerprint);
      digests.put(file.getKey(), fingerprint.hex());
    }
    return digests;
  }

  /**
   * Whether this is the bundle of that fingerprint; fingerprints of older builds ignore executable
   * modes.
   */
  boolean isOf(String fingerprint) throws IOException {
    return fingerprint.equals(fingerprint()) || fingerprint.equals(olderFingerprint());
  }

  private String olderFingerprint() throws IOException {
    Fingerprint fingerprint = new Fingerprint();
    for (Map.Entry<String, Content> file : files.entrySet()) {
      fingerprint.write(head(file, file.getValue().size(), ""));
      file.getValue().writeTo(fingerprint);
    }
    return fingerprint.hex();
  }
}
