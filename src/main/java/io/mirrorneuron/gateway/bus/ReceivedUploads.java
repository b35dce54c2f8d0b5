package io.mirrorneuron.gateway.bus;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.storage.Storage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Files that other processes send piece by piece before the call that needs them. They count as
 * uploads over HTTP do. Used on one event loop.
 */
final class ReceivedUploads {
  private static final int MOST = 64;

  private final Vertx vertx;
  private final Limits limits;
  private final Supplier<String> names;
  private final HandleTable<Arriving> shelf;

  /**
   * @param folder must exist
   * @param bytes of one file at most
   */
  record Limits(Path folder, long bytes, UploadQuota quota, Storage storage) {}

  private static final class Arriving {
    final Path path;
    final AsyncFile file;
    long bytes;

    Arriving(Path path, AsyncFile file) {
      this.path = path;
      this.file = file;
    }
  }

  /**
   * @param names unguessable
   */
  ReceivedUploads(Vertx vertx, Limits limits, Supplier<String> names) {
    this.vertx = vertx;
    this.limits = limits;
    this.names = names;
    this.shelf = new HandleTable<>(MOST, names, this::release);
  }

  /** Starts a file; completes with its handle. */
  Future<Buffer> begin() {
    limits.storage().refusal().ifPresent(refused -> raise(refused));
    Path path = limits.folder().resolve("upload-" + names.get() + ".part");
    return vertx
        .fileSystem()
        .open(path.toString(), new OpenOptions().setCreateNew(true).setWrite(true).setRead(false))
        .map(file -> Buffer.buffer(shelf.put(new Arriving(path, file))));
  }

  private static void raise(MnException refused) {
    throw refused;
  }

  /**
   * Completes when the piece is stored.
   *
   * @throws MnException EXHAUSTED over the quota of all uploads
   */
  Future<Buffer> append(String name, Buffer piece) {
    Arriving arriving = shelf.get(name);
    if (arriving.bytes + piece.length() > limits.bytes()) {
      throw Refusal.tooLarge(limits.bytes()).toException();
    }
    limits.quota().take(piece.length());
    arriving.bytes += piece.length();
    return arriving
        .file
        .write(piece)
        .recover(failed -> Future.failedFuture(limits.storage().explained(failed)))
        .map(written -> Buffer.buffer());
  }

  /** The file for one call; give it to {@link #discard} after the answer. */
  Future<ApiCall.Upload> finish(String name, String fileName) {
    Arriving arriving = shelf.get(name);
    return arriving.file.flush().map(done -> new ApiCall.Upload(arriving.path, fileName));
  }

  void discard(String name) {
    shelf.take(name);
  }

  /** Deletes unfinished files that were forgotten. */
  void sweep() {
    shelf.sweep();
  }

  void closeAll() {
    shelf.clear();
  }

  private void release(Arriving arriving) {
    limits.quota().give(arriving.bytes);
    arriving.file.close().eventually(() -> vertx.fileSystem().delete(arriving.path.toString()));
  }
}
