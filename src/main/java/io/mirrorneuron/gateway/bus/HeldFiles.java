package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.bus.RemoteReads.RemoteFile;
import io.mirrorneuron.gateway.answer.FilePieces;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.FileDocument;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/**
 * Files in answers to other processes, held until these have read them. The handle of a file allows
 * to read it once, in pieces. Forgotten files are released. Used on one event loop.
 */
final class HeldFiles {
  /** Open files of all readers; a reader that asks only for the head holds none. */
  private static final int MOST = 256;

  private final Vertx vertx;
  private final RemoteReads nodes;
  private final HandleTable<Held> shelf;

  private static final class Held {
    final FileDocument document;
    RemoteFile file;

    Held(FileDocument document) {
      this.document = document;
    }
  }

  /**
   * @param nodes read files of other nodes
   * @param names unguessable
   */
  HeldFiles(Vertx vertx, RemoteReads nodes, Supplier<String> names) {
    this.vertx = vertx;
    this.nodes = nodes;
    this.shelf = new HandleTable<>(MOST, names, this::release);
  }

  /**
   * Returns the handle.
   *
   * @throws MnException UNAVAILABLE when too many are held
   */
  String hold(Buffer answer) {
    return shelf.put(new Held(FileDocument.read(answer.getBytes())));
  }

  /** Opens the file; completes with its head. */
  Future<Buffer> open(String name, FileRequest wish) {
    Held held = shelf.get(name);
    if (held.file != null) {
      throw MnException.malformed("the file was opened before; ask the operation again");
    }
    Future<? extends RemoteFile> opened =
        held.document.remote() == null
            ? FilePieces.open(vertx, held.document, wish)
            : nodes.fetch(held.document.remote(), wish);
    return opened.map(
        file -> {
          held.file = file;
          return head(file).toBuffer();
        });
  }

  private static JsonObject head(RemoteFile file) {
    return new JsonObject()
        .put("size", file.facts().size())
        .put("modified_ms", file.facts().modified().toEpochMilli())
        .put("tag", file.facts().tag())
        .put("content_type", file.facts().contentType())
        .put("file_name", file.facts().fileName());
  }

  /** The next piece; empty after the last. */
  Future<Buffer> next(String name) {
    Held held = shelf.get(name);
    if (held.file == null) {
      throw MnException.malformed("the file must be opened first");
    }
    return held.file.next().map(piece -> piece == null ? Buffer.buffer() : piece);
  }

  void close(String name) {
    shelf.take(name);
  }

  /** Releases forgotten files. */
  void sweep() {
    shelf.sweep();
  }

  void closeAll() {
    shelf.clear();
  }

  private void release(Held held) {
    if (held.file != null) {
      held.file.close();
    } else if (held.document.remote() == null) {
      vertx.executeBlocking(() -> discard(held.document), false);
    }
  }

  private static Void discard(FileDocument document) {
    try {
      FilePieces.discard(document);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
