package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.bus.RemoteReads.RemoteFile;
import io.mirrorneuron.bus.StepLoop;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.ByteRange;
import io.mirrorneuron.wire.FileDocument;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An open file that is being sent as an answer. */
interface SentFile {
  FileFacts facts();

  /**
   * Completes when the answer has ended; fails when the client disconnects or the file is too
   * short.
   */
  Future<Void> send(ByteRange part);

  void close();

  /** A file of this machine. */
  record Local(RoutingContext ctx, FileDocument document, OpenFile file, FileFacts facts)
      implements SentFile {

    /**
     * Checks the file again, as programs may have replaced it since the area found it. Blocking.
     */
    static SentFile open(RoutingContext ctx, FileDocument document) throws IOException {
      OpenFile file = UntrustedFiles.open(document.file(), document.folder());
      FileFacts facts = FileFacts.of(file.size(), file.modified(), file.identity(), document);
      return new Local(ctx, document, file, facts);
    }

    @Override
    public Future<Void> send(ByteRange part) {
      Vertx vertx = ctx.vertx();
      HttpServerResponse response = ctx.response();
      return ctx.request().version() == HttpVersion.HTTP_2
          ? new ChannelPump(vertx, file.channel(), response).send(part.from(), part.length())
          : response.sendFile(file.channel(), part.from(), part.length());
    }

    @Override
    public void close() {
      ctx.vertx()
          .executeBlocking(
              () -> {
                file.close();
                return discard(document);
              },
              false);
    }

    /** Deletes a file that was made for this answer alone. Blocking. */
    static Void discard(FileDocument document) throws IOException {
      if (document.deleteAfter()) {
        try (OpenFolder folder = OpenFolder.at(document.file().getParent())) {
          folder.delete(document.file().getFileName().toString());
        }
      }
      return null;
    }
  }

  /** A file of another node, which sends a piece after the previous one is written here. */
  record RemoteSource(RoutingContext ctx, RemoteFile file) implements SentFile {
    @Override
    public FileFacts facts() {
      return file.facts();
    }

    @Override
    public Future<Void> send(ByteRange part) {
      return StepLoop.move(moved -> moved < part.length() ? next() : Future.succeededFuture(0))
          .compose(moved -> ctx.response().end());
    }

    private Future<Integer> next() {
      return file.next()
          .compose(
              piece ->
                  piece == null || piece.length() == 0
                      ? Future.failedFuture(new EOFException("the file has become shorter"))
                      : ctx.response().write(piece).map(written -> piece.length()));
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /**
   * Writes a part of an open file over HTTP/2. Vert.x can send files over HTTP/2 by name only, and
   * the name may by now be that of another file. Reads a piece after the previous one is written.
   */
  record ChannelPump(Vertx vertx, FileChannel file, HttpServerResponse response) {
    private static final int PIECE = 64 << 10;

    /** Fails as {@link SentFile#send}. */
    Future<Void> send(long from, long length) {
      return StepLoop.move(moved -> sent(from + moved, length - moved))
          .compose(moved -> response.end());
    }

    /** Completes with the number of bytes written. */
    private Future<Integer> sent(long from, long left) {
      return left == 0
          ? Future.succeededFuture(0)
          : vertx
              .executeBlocking(() -> read(from, (int) Math.min(PIECE, left)), false)
              .compose(piece -> response.write(piece).map(written -> piece.length()));
    }

    private Buffer read(long from, int length) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      int read = file.read(bytes, from);
      if (read <= 0) {
        throw new EOFException("the file has become shorter");
      }
      return Buffer.buffer(bytes.array()).slice(0, read);
    }
  }
}
