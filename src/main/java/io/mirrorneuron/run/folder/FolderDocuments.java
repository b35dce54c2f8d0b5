package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.FreeName;
import io.mirrorneuron.untrusted.OpenFile;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The JSON documents in the folder of a run. A document is replaced as a whole: readers see the old
 * one or the new one. Those who write must hold the folder's lock; listeners are not notified.
 */
final class FolderDocuments implements AutoCloseable {
  /** Bytes of a JSON document at most; programs write them too. */
  private static final int LONGEST = 64 << 20;

  private static final int UPDATE_ATTEMPTS = 5;

  /** Of a document that is written and not yet in its place. */
  private static final String NEW = ".new";

  private final Path folder;
  private final boolean unshared;
  private final boolean keepsOpen;
  private OpenFolder kept;

  private final FreshFiles fresh;

  /**
   * @param unshared whether nobody else knows the folder yet, so that files may be written in place
   * @param keepsOpen whether the folder stays open until {@link #close}; for one thread then
   */
  FolderDocuments(Path folder, boolean unshared, boolean keepsOpen) {
    this.folder = folder;
    this.unshared = unshared;
    this.keepsOpen = keepsOpen;
    this.fresh = new FreshFiles(unshared);
  }

  /** See {@link RunFolder#read}. */
  Optional<ObjectNode> read(String name) {
    byte[] made = fresh.of(name);
    if (made != null) {
      return Optional.of(Json.parseObject(new String(made, StandardCharsets.UTF_8), name));
    }
    if (!exists(name)) { // cheaper than an exception
      return Optional.empty();
    }
    try {
      byte[] content = UntrustedFiles.read(folder.resolve(name), folder, LONGEST);
      JsonNode json = Json.MAPPER.readTree(content);
      return Optional.of(json instanceof ObjectNode object ? object : Json.object());
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it went between the two looks, or is no file of the run
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + name, null, e);
    }
  }

  /** Files that were made through this object. */
  FreshFiles fresh() {
    return fresh;
  }

  private void remember(String name, byte[] content) {
    if (keepsOpen) {
      fresh.add(name, content);
    }
  }

  /** Whether the run has a file of this name, not a pipe or a link that leads out of it. */
  boolean isThere(String name) {
    if (fresh.of(name) != null || fresh.lack(name)) {
      return !fresh.lack(name);
    }
    try (OpenFile _ = UntrustedFiles.openLinked(folder.resolve(name), folder)) {
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      return true; // it cannot be read
    }
  }

  /** Removes those of the documents that were written before that time. */
  void discard(List<String> names, Instant before) throws IOException {
    try (OpenFolder in = OpenFolder.at(folder)) {
      for (String name : names) {
        discard(in, name, before);
      }
    }
  }

  private void discard(OpenFolder in, String name, Instant before) throws IOException {
    try (OpenFile file = UntrustedFiles.open(folder.resolve(name))) {
      if (file.modified().toInstant().isBefore(before)) {
        in.delete(name);
      }
    } catch (NoSuchFileException e) {
      // there is none
    }
  }

  /** Answers true: it is written. */
  boolean write(String name, ObjectNode document) throws IOException {
    byte[] content = Records.document(document);
    if (!create(name, content)) {
      replace(name, content);
    }
    return true;
  }

  /**
   * Writes it unless there is one, which a program may write at this very moment. A link that leads
   * out of the run, or a pipe, is none and is replaced.
   *
   * @return whether it is written
   * @throws IOException also when a folder has the name, which stays
   */
  boolean writeIfAbsent(String name, ObjectNode document) throws IOException {
    byte[] content = Records.document(document);
    if (create(name, content)) {
      return true;
    }
    if (isThere(name)) {
      return false;
    }
    replace(name, content);
    return true;
  }

  /**
   * @param read the document as it is now, or an empty one
   * @param change may be made more than once: programs take no lock, and what one has written since
   *     the document was read is not to be lost
   * @return true: it is written
   */
  boolean update(String name, Supplier<ObjectNode> read, UnaryOperator<ObjectNode> change)
      throws IOException {
    if (fresh.lack(name)) {
      return write(name, change.apply(read.get()));
    }
    Path file = folder.resolve(name);
    for (int left = UPDATE_ATTEMPTS; ; left--) {
      FileState before = FileState.at(file);
      byte[] content = Records.document(change.apply(read.get()));
      if (before.equals(FileState.NOTHING) && create(name, content)) {
        return true;
      }
      if (left == 1 || FileState.at(file).equals(before)) {
        replace(name, content);
        return true;
      }
    }
  }

  private boolean exists(String name) {
    return !fresh.lack(name) && UntrustedFiles.isThere(folder.resolve(name));
  }

  /** Makes a file that has all these bytes at once; false when something has the name. */
  boolean create(String name, byte[] content) throws IOException {
    boolean created = fresh.of(name) == null && !exists(name) && isCreated(name, content);
    if (created) {
      remember(name, content);
    }
    return created;
  }

  private boolean isCreated(String name, byte[] content) throws IOException {
    try (Place in = place()) {
      if (unshared) {
        in.folder.put(name, content);
        return true;
      }
      FreeName.Put put = FreeName.put(in.folder, name, content);
      if (put != FreeName.Put.NOT_HERE) {
        return put == FreeName.Put.DONE;
      }
      try (OpenFolder hidden = in.folder.in(RunFolder.HIDDEN)) {
        hidden.put(name + NEW, content);
        return FreeName.give(hidden, name + NEW, in.folder, name);
      }
    }
  }

  private void replace(String name, byte[] content) throws IOException {
    remember(name, content);
    try (Place in = place()) {
      if (unshared) {
        in.folder.put(name, content);
        return;
      }
      try (OpenFolder hidden = in.folder.in(RunFolder.HIDDEN)) {
        hidden.put(name + NEW, content);
        hidden.move(name + NEW, in.folder, name);
      }
    }
  }

  /** The folder as long as it is written to. */
  private record Place(OpenFolder folder, boolean isKept) implements AutoCloseable {
    @Override
    public void close() {
      if (!isKept) {
        folder.close();
      }
    }
  }

  private Place place() throws IOException {
    if (!keepsOpen) {
      return new Place(OpenFolder.at(folder), false);
    }
    if (kept == null) {
      kept = OpenFolder.at(folder);
    }
    return new Place(kept, true);
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }
}
