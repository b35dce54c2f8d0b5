package io.mirrorneuron.store.bundle;

import io.mirrorneuron.port.Submission.Payloads;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles of this node, as folders named by their fingerprint; see {@link BundleFiles}. A
 * folder is written under another name and then renamed, and its content is checked against its
 * name on first use: files that a power cut has truncated count as absent. Blocking, thread-safe.
 */
public final class FileBundleStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileBundleStore.class);
  private static final String STAGING = ".staging-";
  private static final String REMOVED = ".removed-";
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern OURS =
      Pattern.compile("[0-9a-f]{64}|\\Q%s\\E.*|\\Q%s\\E.*".formatted(STAGING, REMOVED));

  private final Path root;
  private final Clock clock;
  private final Instant opened;

  /** Bundles whose content this process has written or checked. */
  private final Set<String> sound = ConcurrentHashMap.newKeySet();

  public FileBundleStore(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
    this.opened = clock.instant();
  }

  public String put(Payloads payloads) {
    try {
      BundleFiles files = BundleFiles.of(payloads);
      if (files.isEmpty()) {
        return null;
      }
      String fingerprint = files.fingerprint();
      if (!has(fingerprint) || !keep(fingerprint)) {
        place(
            fingerprint,
            staging -> {
              if (!files.copyTo(staging).equals(fingerprint)) {
                throw new IOException("they were changed while they were copied");
              }
            });
        keep(fingerprint);
      }
      return fingerprint;
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be stored", e);
    }
  }

  public static String fingerprint(Payloads payloads) {
    try {
      BundleFiles files = BundleFiles.of(payloads);
      return files.isEmpty() ? null : files.fingerprint();
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  /**
   * Stores a bundle from the bytes that {@link BundleFiles} writes.
   *
   * @throws IOException also when the bytes do not match the fingerprint; nothing is kept then
   */
  void receive(String fingerprint, InputStream bytes) throws IOException {
    place(
        fingerprint,
        staging -> {
          BundleReader reader = new BundleReader();
          reader.read(bytes, staging);
          if (!reader.isOf(fingerprint)) {
            throw new IOException("the files do not have the fingerprint " + fingerprint);
          }
        });
  }

  private interface Filling {
    void fill(Path staging) throws IOException;
  }

  private void place(String fingerprint, Filling filling) throws IOException {
    Files.createDirectories(root);
    Path staging = Files.createTempDirectory(root, STAGING);
    try {
      filling.fill(staging);
      Files.move(staging, payloads(fingerprint), StandardCopyOption.ATOMIC_MOVE);
      sound.add(fingerprint);
    } catch (IOException e) {
      if (!has(fingerprint)) { // else a concurrent submission of the same bundle was faster
        throw e;
      }
    } finally {
      delete(staging);
    }
  }

  /** Whether the files are here and complete. */
  boolean has(String fingerprint) {
    if (!Files.isDirectory(payloads(fingerprint))) {
      sound.remove(fingerprint);
      return false;
    }
    return sound.contains(fingerprint) || check(fingerprint);
  }

  private boolean check(String fingerprint) {
    try {
      BundleFiles files = BundleFiles.stored(payloads(fingerprint));
      if (files.isOf(fingerprint)) {
        sound.add(fingerprint);
        return true;
      }
      LOG.error("the payload files {} are damaged on this node and set aside", fingerprint);
      setAside(fingerprint);
    } catch (IOException e) {
      LOG.error("the payload files {} cannot be read on this node", fingerprint, e);
    }
    return false;
  }

  private synchronized void setAside(String fingerprint) throws IOException {
    Path aside = Files.createTempDirectory(root, REMOVED);
    Files.move(payloads(fingerprint), aside.resolve(fingerprint), StandardCopyOption.ATOMIC_MOVE);
  }

  BundleFiles files(String fingerprint) throws IOException {
    return BundleFiles.stored(payloads(fingerprint));
  }

  /** Renews the files as if they had been copied now. Returns whether they are still there. */
  public synchronized boolean keep(String fingerprint) {
    try {
      Files.setLastModifiedTime(payloads(fingerprint), FileTime.from(clock.instant()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be kept", e);
    }
  }

  /** The fingerprints of all bundles here, complete or not. */
  List<String> names() {
    return entries(folder -> FINGERPRINT.matcher(folder.getFileName().toString()).matches());
  }

  /**
   * Names of entries last used before this moment: fingerprints and removed folders. Includes all
   * unfinished writes of earlier server processes, whatever their age.
   */
  public List<String> unusedSince(Instant moment) {
    return entries(folder -> isUnusedSince(folder, moment));
  }

  private List<String> entries(Predicate<Path> which) {
    try (Stream<Path> folders = Files.isDirectory(root) ? Files.list(root) : Stream.empty()) {
      return folders
          .filter(which)
          .map(folder -> folder.getFileName().toString())
          .filter(name -> OURS.matcher(name).matches())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the bundles cannot be listed", e);
    }
  }

  private boolean isUnusedSince(Path folder, Instant moment) {
    boolean isStaging = folder.getFileName().toString().startsWith(STAGING);
    Instant limit = isStaging && moment.isBefore(opened) ? opened : moment;
    return new StagedFolder(folder).renewed().isBefore(limit);
  }

  /**
   * Removes one of {@link #unusedSince}, unless it has been used since. Renames it first, so that
   * no reader finds a part of it.
   */
  public void remove(String name, Instant unusedSince) {
    Path folder = root.resolve(name);
    Path gone = name.startsWith(".") ? folder : root.resolve(REMOVED + name);
    try {
      synchronized (this) {
        if (!isUnusedSince(folder, unusedSince)) {
          return;
        }
        Files.move(folder, gone, StandardCopyOption.ATOMIC_MOVE);
        sound.remove(name);
      }
      delete(gone);
    } catch (IOException e) {
      throw new UncheckedIOException("bundle " + name + " could not be removed", e);
    }
  }

  /** Relative paths with forward slashes of files outside or inside the store. */
  public static Set<String> pathsOf(Payloads payloads) {
    try {
      return BundleFiles.of(payloads).paths();
    } catch (IOException e) {
      throw new UncheckedIOException("payload files could not be read", e);
    }
  }

  /** The folder for the files of {@code payloads/}; may be absent. */
  public Path payloads(String fingerprint) {
    return root.resolve(fingerprint);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
