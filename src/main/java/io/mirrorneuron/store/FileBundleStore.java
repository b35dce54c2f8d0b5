package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission.Payloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Bundles as folders named by their fingerprint: SHA-256 over {@code path NUL length NUL content}
 * of each file in path order. A folder is created atomically, by a rename.
 */
public final class FileBundleStore implements BundleStore {
  private static final String STAGING = ".staging-";
  private static final String REMOVED = ".removed-";
  private static final Pattern OURS =
      Pattern.compile("[0-9a-f]{64}|\\Q%s\\E.*|\\Q%s\\E.*".formatted(STAGING, REMOVED));

  private final Path root;
  private final Clock clock;

  public FileBundleStore(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
  }

  @Override
  public String put(Payloads payloads) {
    try {
      Map<String, Content> files = files(payloads);
      if (files.isEmpty()) {
        return null;
      }
      String fingerprint = fingerprint(files);
      Path target = root.resolve(fingerprint);
      if (!keep(fingerprint)) {
        write(files, target);
        keep(fingerprint);
      }
      return fingerprint;
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be stored", e);
    }
  }

  /** The folder's time is when it was used last. */
  @Override
  public synchronized boolean keep(String fingerprint) {
    try {
      Files.setLastModifiedTime(root.resolve(fingerprint), FileTime.from(clock.instant()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be kept", e);
    }
  }

  @Override
  public List<String> unusedSince(Instant moment) {
    try (Stream<Path> folders = Files.isDirectory(root) ? Files.list(root) : Stream.empty()) {
      return folders
          .filter(folder -> isUnusedSince(folder, moment))
          .map(folder -> folder.getFileName().toString())
          .filter(name -> OURS.matcher(name).matches())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the bundles cannot be listed", e);
    }
  }

  private static boolean isUnusedSince(Path folder, Instant moment) {
    try {
      return Files.getLastModifiedTime(folder).toInstant().isBefore(moment);
    } catch (IOException e) {
      return false; // it is gone
    }
  }

  /** Removes the folder by a rename first, so that nobody finds a part of it. */
  @Override
  public void remove(String name, Instant unusedSince) {
    Path folder = root.resolve(name);
    Path gone = name.startsWith(".") ? folder : root.resolve(REMOVED + name);
    try {
      synchronized (this) {
        if (!isUnusedSince(folder, unusedSince)) {
          return;
        }
        Files.move(folder, gone, StandardCopyOption.ATOMIC_MOVE);
      }
      delete(gone);
    } catch (IOException e) {
      throw new UncheckedIOException("bundle " + name + " could not be removed", e);
    }
  }

  @Override
  public Path payloads(String fingerprint) {
    return root.resolve(fingerprint);
  }

  @Override
  public Set<String> paths(Payloads payloads) {
    try {
      return new TreeSet<>(files(payloads).keySet());
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  private record Content(byte[] bytes, Path file) {
    byte[] read() throws IOException {
      return bytes != null ? bytes : Files.readAllBytes(file);
    }

    boolean isExecutable() {
      return file != null && Files.isExecutable(file);
    }
  }

  private static Map<String, Content> files(Payloads payloads) throws IOException {
    Map<String, Content> files = new TreeMap<>();
    switch (payloads) {
      case Payloads.Inline inline ->
          inline.files().forEach((path, bytes) -> files.put(path, new Content(bytes, null)));
      case Payloads.Folder folder -> {
        if (Files.isDirectory(folder.root())) {
          try (Stream<Path> tree = Files.walk(folder.root())) {
            for (Path file : (Iterable<Path>) tree::iterator) {
              if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                String path = folder.root().relativize(file).toString().replace('\\', '/');
                files.put(path, new Content(null, file));
              }
            }
          }
        }
      }
    }
    return files;
  }

  private static String fingerprint(Map<String, Content> files) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, Content> file : files.entrySet()) {
        byte[] content = file.getValue().read();
        String head = file.getKey() + '\0' + content.length + '\0';
        digest.update(head.getBytes(StandardCharsets.UTF_8));
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(Map<String, Content> files, Path target) throws IOException {
    Files.createDirectories(root);
    Path staging = Files.createTempDirectory(root, STAGING);
    try {
      for (Map.Entry<String, Content> file : files.entrySet()) {
        Path path = staging.resolve(file.getKey()).normalize();
        if (!path.startsWith(staging) || path.equals(staging)) {
          throw MnException.invalid(
              "payload path must be relative and stay inside payloads/: \"" + file.getKey() + "\"");
        }
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue().read());
        if (file.getValue().isExecutable()) {
          makeExecutable(path);
        }
      }
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
      delete(staging);
    } catch (IOException e) {
      delete(staging);
      if (!Files.isDirectory(target)) { // else another submission of the same bundle was faster
        throw e;
      }
    } catch (RuntimeException e) {
      delete(staging);
      throw e;
    }
  }

  private static void makeExecutable(Path path) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    permissions.add(PosixFilePermission.OWNER_EXECUTE);
    Files.setPosixFilePermissions(path, permissions);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }
}
