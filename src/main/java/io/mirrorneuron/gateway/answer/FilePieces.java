package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.bus.RemoteReads.RemoteFile;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.ByteRange;
import io.mirrorneuron.wire.FileDocument;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/** A local file for a reader in another process, which asks for one piece after another. */
public final class FilePieces implements RemoteFile {
  private static final int PIECE = 128 << 10;

  private final Vertx vertx;
  private final FileDocument document;
  private final OpenFile file;
  private final FileFacts facts;
  private final ByteRange part;
  private long sent;

  private FilePieces(
      Vertx vertx, FileDocument document, OpenFile file, FileFacts facts, FileRequest wish) {
    this.vertx = vertx;
    this.document = document;
    this.file = file;
    this.facts = facts;
    this.part = wish.body(facts);
  }

  /** Fails as NOT_FOUND when it no longer exists, and as UNAVAILABLE when it cannot be read. */
  public static Future<FilePieces> open(Vertx vertx, FileDocument document, FileRequest wish) {
    return vertx.executeBlocking(
        () -> {
          try {
            OpenFile file = UntrustedFiles.open(document.file(), document.folder());
            FileFacts facts = FileFacts.of(file.size(), file.modified(), file.identity(), document);
            return new FilePieces(vertx, document, file, facts, wish);
          } catch (NoSuchFileException e) {
            throw MnException.notFound("file", document.file().getFileName().toString());
          } catch (IOException e) {
            throw MnException.unavailable("the file cannot be read: " + e.getMessage(), e);
          }
        },
        false);
  }

  /** Deletes an unopened file that was made for one answer. Blocking. */
  public static void discard(FileDocument document) throws IOException {
    SentFile.Local.discard(document);
  }

  @Override
  public FileFacts facts() {
    return facts;
  }

  /** Fails when the file has become shorter than announced. */
  @Override
  public Future<Buffer> next() {
    return part == null || sent >= part.length()
        ? Future.succeededFuture()
        : vertx.executeBlocking(this::read, false);
  }

  private Buffer read() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PIECE, part.length() - sent));
    if (file.channel().read(bytes, part.from() + sent) <= 0) {
      throw MnException.unavailable("the file has become shorter", new EOFException());
    }
    sent += bytes.flip().remaining();
    return Buffer.buffer().appendBytes(bytes.array(), 0, bytes.remaining());
  }

  @Override
  public void close() {
    vertx.executeBlocking(
        () -> {
          file.close();
          return SentFile.Local.discard(document);
        },
        false);
  }
}
