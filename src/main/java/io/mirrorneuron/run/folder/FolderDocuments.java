package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.FreeName;
import io.mirrorneuron.untrusted.OpenFile;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
final class FolderDocuments {
  /** Bytes of a JSON document at most; programs write them too. */
  private static final int LONGEST = 64 << 20;

  private static final int UPDATE_ATTEMPTS = 5;

  /** Of a document that is written and not yet in its place. */
  private static final String NEW = ".new";

  private final Path folder;
  private final boolean unshared;

  /**
   * @param unshared whether nobody else knows the folder yet, so that files may be written in place
   */
  FolderDocuments(Path folder, boolean unshared) {
    this.folder = folder;
    this.unshared = unshared;
  }

  /** See {@link RunFolder#read}. */
  Optional<ObjectNode> read(String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // cheaper than an exception
      return Optional.empty();
    }
    try {
      JsonNode json = Json.MAPPER.readTree(UntrustedFiles.read(file, folder, LONGEST));
      return Optional.of(json instanceof ObjectNode object ? object : Json.object());
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it went between the two looks, or is no file of the run
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + name, null, e);
    }
  }

  /** Whether the run has a file of this name, not a pipe or a link that leads out of it. */
  boolean isThere(String name) {
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
    try (OpenFolder in = OpenFolder.at(folder);
        OpenFolder place = unshared ? in : in.in(RunFolder.HIDDEN)) {
      prepare(place, name, document);
      publish(place, name, in);
      return true;
    }
  }

  /**
   * Writes it unless there is one, which a program may write at this very moment.
   *
   * @return whether it is written
   */
  boolean writeIfAbsent(String name, ObjectNode document) throws IOException {
    try (OpenFolder in = OpenFolder.at(folder);
        OpenFolder place = unshared ? in : in.in(RunFolder.HIDDEN)) {
      if (unshared && isThere(name)) {
        return false;
      }
      prepare(place, name, document);
      return unshared || FreeName.give(place, name + NEW, in, name);
    }
  }

  /**
   * @param read the document as it is now, or an empty one
   * @param change may be made more than once: programs take no lock, and what one has written since
   *     the document was read is not to be lost
   * @return true: it is written
   */
  boolean update(String name, Supplier<ObjectNode> read, UnaryOperator<ObjectNode> change)
      throws IOException {
    Path file = folder.resolve(name);
    FileState before;
    int attempts = 0;
    try (OpenFolder in = OpenFolder.at(folder);
        OpenFolder place = unshared ? in : in.in(RunFolder.HIDDEN)) {
      do {
        before = FileState.at(file);
        prepare(place, name, change.apply(read.get()));
      } while (!unshared && !FileState.at(file).equals(before) && ++attempts < UPDATE_ATTEMPTS);
      publish(place, name, in);
      return true;
    }
  }

  private void prepare(OpenFolder place, String name, ObjectNode document) throws IOException {
    place.put(unshared ? name : name + NEW, bytes(document));
  }

  private void publish(OpenFolder place, String name, OpenFolder in) throws IOException {
    if (!unshared) {
      place.move(name + NEW, in, name);
    }
  }

  private static byte[] bytes(ObjectNode document) {
    try {
      return Json.MAPPER
          .writerWithDefaultPrettyPrinter()
          .with(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
  }
}
