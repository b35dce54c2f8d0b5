package io.mirrorneuron.store.bundle;

import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder that waits for its use; its age counts from the last renewal. Blocking. */
public record StagedFolder(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(StagedFolder.class);

  /** Time of creation or renewal; in the far future when the folder is gone. */
  public Instant renewed() {
    try {
      return Files.getLastModifiedTime(path).toInstant();
    } catch (IOException e) {
      return FileTime.fromMillis(Long.MAX_VALUE).toInstant();
    }
  }

  /** Resets its age, for all processes that sweep there. */
  public void renew(Instant now) {
    try {
      Files.setLastModifiedTime(path, FileTime.from(now));
    } catch (IOException e) {
      LOG.warn("{} keeps its age: {}", path.getFileName(), e.toString());
    }
  }

  /**
   * Bytes of its content.
   *
   * @param ofEntry overhead of each file and folder
   */
  public long size(long ofEntry) {
    try (Stream<Path> all = Files.walk(path)) {
      long size = 0;
      for (Path one : (Iterable<Path>) all::iterator) {
        boolean file = Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS);
        size += ofEntry + (file ? Files.size(one) : 0);
      }
      return size;
    } catch (IOException | UncheckedIOException e) {
      return 0; // it is being removed
    }
  }

  /**
   * @throws MnException UNAVAILABLE when it cannot be read
   */
  public List<Path> children() {
    try (Stream<Path> children = Files.list(path)) {
      return children.toList();
    } catch (IOException e) {
      throw MnException.unavailable("the uploaded bundles cannot be read", e);
    }
  }

  /** Deletes the folder with its content. Links are removed, not followed. */
  public void delete() {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    } catch (NoSuchFileException e) {
      return; // already deleted by another thread or process
    } catch (IOException e) {
      throw MnException.unavailable("an uploaded bundle cannot be removed", e);
    }
  }
}
