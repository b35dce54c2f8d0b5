package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The JSON documents in the folder of a run. A document is replaced as a whole: readers see the old
 * one or the new one. Those who write must hold the folder's lock; listeners are not notified.
 */
final class FolderDocuments {
  /** Bytes of a JSON document at most; programs write them too. */
  private static final long LONGEST = 64 << 20;

  private static final int UPDATE_ATTEMPTS = 5;

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
    Path file = FolderPaths.inside(folder, name);
    if (file == null || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
        throw new IOException("no file, or too large");
      }
      JsonNode json = Json.MAPPER.readTree(Files.readAllBytes(file));
      return Optional.of(json instanceof ObjectNode object ? object : Json.object());
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it went between the two looks
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + name, null, e);
    }
  }

  void write(String name, ObjectNode document) throws IOException {
    prepare(name, document);
    publish(name);
  }

  /**
   * @param read the document as it is now, or an empty one
   * @param change may be made more than once: programs take no lock, and what one has written since
   *     the document was read is not to be lost
   */
  void update(String name, Supplier<ObjectNode> read, UnaryOperator<ObjectNode> change)
      throws IOException {
    Path file = folder.resolve(name);
    FileState before;
    int attempts = 0;
    do {
      before = FileState.at(file);
      prepare(name, change.apply(read.get()));
    } while (!unshared && !FileState.at(file).equals(before) && ++attempts < UPDATE_ATTEMPTS);
    publish(name);
  }

  private void prepare(String name, ObjectNode document) throws IOException {
    Files.write(prepared(name), bytes(document));
  }

  private void publish(String name) throws IOException {
    if (!unshared) {
      Files.move(prepared(name), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path prepared(String name) {
    return unshared
        ? folder.resolve(name)
        : folder.resolve(RunFolder.HIDDEN).resolve(name + ".new");
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
