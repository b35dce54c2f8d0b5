package io.mirrorneuron.gateway.call;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Fault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerFileUpload;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Stores the file part of a multipart body while it arrives, under a generated name. */
public final class Uploads {
  /** Bytes that multipart framing may add to the file. */
  private static final long FRAMING_BYTES = 64 << 10;

  private static final Refusal MALFORMED =
      Refusal.malformed("the multipart body is malformed", List.of());

  private final Vertx vertx;
  private final Path folder;
  private final long limitBytes;
  private final Supplier<String> ids;
  private final Storage storage;
  private final UploadQuota quota;

  /** Quota bytes by file; an entry is changed only by the event loop that receives the file. */
  private final Map<String, Long> taken = new ConcurrentHashMap<>();

  /**
   * @param folder must exist
   * @param storage checks whether there is room in it
   * @param quota of incoming and unsubmitted uploads together
   */
  public Uploads(
      Vertx vertx,
      Path folder,
      long limitBytes,
      Supplier<String> ids,
      Storage storage,
      UploadQuota quota) {
    this.vertx = vertx;
    this.folder = folder;
    this.limitBytes = limitBytes;
    this.ids = ids;
    this.storage = storage;
    this.quota = quota;
  }

  /** Removes incomplete files that an earlier process left when it was killed. */
  public static void clear(Path folder) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "upload-*.part")) {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }

  /**
   * The stored part; give it to {@link #discard} in the end. Nothing stays on disk when the future
   * fails.
   *
   * @param field the name of the part
   */
  public Future<ApiCall.Upload> receive(HttpServerRequest request, String field) {
    Optional<MnException> refusal = storage.refusal();
    if (refusal.isPresent()) {
      return Future.failedFuture(refusal.get());
    }
    if (Bodies.declaredLength(request) > limitBytes + FRAMING_BYTES) {
      return Future.failedFuture(Refusal.tooLarge(limitBytes));
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      return Future.failedFuture(missing(field, type == null ? "" : ", not " + type));
    }
    if (!type.contains("boundary=")) {
      return Future.failedFuture(MALFORMED);
    }
    if (quota.isTight(Math.max(0, Bodies.declaredLength(request)))) {
      request.pause();
      return vertx
          .executeBlocking(
              () -> {
                quota.sweep();
                return null;
              })
          .compose(swept -> listen(request, field));
    }
    return listen(request, field);
  }

  private Future<ApiCall.Upload> listen(HttpServerRequest request, String field) {
    Bodies.greet(request);
    Reception reception =
        new Reception(field, folder.resolve("upload-" + ids.get() + ".part").toString());
    reception.listen(request);
    request.resume();
    return reception
        .done
        .future()
        .recover(
            e ->
                discard(reception.path).compose(done -> Future.failedFuture(storage.explained(e))));
  }

  public Future<Void> discard(ApiCall.Upload upload) {
    return discard(upload.path().toString());
  }

  private Future<Void> discard(String path) {
    FileSystem files = vertx.fileSystem();
    return files
        .delete(path)
        .onComplete(gone -> giveBack(path))
        .recover( // a cancelled transfer creates and deletes its file itself, before or after this
            e ->
                files
                    .exists(path)
                    .compose(there -> there ? files.delete(path) : Future.succeededFuture()))
        .recover(
            e ->
                files
                    .exists(path)
                    .compose(there -> there ? Future.failedFuture(e) : Future.succeededFuture()));
  }

  private void giveBack(String path) {
    Long bytes = taken.remove(path);
    if (bytes != null) {
      quota.give(bytes);
    }
  }

  /**
   * @param instead the end of the sentence
   */
  private static Refusal missing(String field, String instead) {
    String words = "must be a file, in the part \"%s\" of a multipart/form-data body%s";
    return Refusal.invalid(
        List.of(
            new Fault("missing", List.of("body", field), words.formatted(field, instead), null)));
  }

  /** One request that is being read. */
  private final class Reception {
    final Promise<ApiCall.Upload> done = Promise.promise();
    final String field;
    final String path;
    HttpServerFileUpload part;
    Future<Void> stored;
    long seen;

    Reception(String field, String path) {
      this.field = field;
      this.path = path;
    }

    void listen(HttpServerRequest request) {
      request.exceptionHandler(e -> refuse(MALFORMED));
      try {
        request.setExpectMultipart(true);
      } catch (RuntimeException e) {
        refuse(MALFORMED);
        return;
      }
      request.uploadHandler(this::begin);
      request.handler(
          chunk -> {
            seen += chunk.length();
            if (seen > limitBytes + FRAMING_BYTES) {
              refuse(Refusal.tooLarge(limitBytes));
            } else if (!done.future().isComplete()) {
              take(chunk.length());
            }
          });
      request.endHandler(end -> finish());
    }

    void take(int bytes) {
      try {
        quota.take(bytes);
        taken.merge(path, (long) bytes, Long::sum);
      } catch (MnException full) {
        refuse(full);
      }
    }

    /** Parts with other names are skipped. */
    void begin(HttpServerFileUpload candidate) {
      if (candidate.name().equals(field) && part == null && !done.future().isComplete()) {
        part = candidate;
        stored = candidate.streamToFileSystem(path);
      }
    }

    void finish() {
      if (part == null) {
        refuse(missing(field, ""));
        return;
      }
      stored.onComplete(
          written -> done.tryComplete(new ApiCall.Upload(Path.of(path), part.filename())),
          done::tryFail);
    }

    void refuse(RuntimeException refusal) {
      if (done.tryFail(refusal) && part != null) {
        part.cancelStreamToFileSystem();
      }
    }
  }
}
