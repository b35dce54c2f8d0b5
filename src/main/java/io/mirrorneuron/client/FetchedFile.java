package io.mirrorneuron.client;

import io.mirrorneuron.bus.FarReads;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.proto.node.v1.FetchPart;
import io.mirrorneuron.proto.node.v1.FetchRequest;
import io.mirrorneuron.proto.node.v1.FileHead;
import io.mirrorneuron.wire.FileFacts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.time.Duration;
import java.time.Instant;

/** A file that arrives piece by piece, each when it is asked for. Lives on one context. */
final class FetchedFile implements FarReads.FarFile {
  /** Exports are made first. */
  private static final Duration LONGEST_HEAD = Duration.ofMinutes(5);

  private static final Duration LONGEST_PIECE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final GrpcClientRequest<FetchRequest, FetchPart> call;
  private final GrpcClientResponse<FetchRequest, FetchPart> response;
  private Promise<FetchPart> waiting;
  private FileFacts facts;

  /** Null while the answer goes on; how it ended then. */
  private Future<FetchPart> end;

  private FetchedFile(
      Vertx vertx,
      GrpcClientRequest<FetchRequest, FetchPart> call,
      GrpcClientResponse<FetchRequest, FetchPart> response) {
    this.vertx = vertx;
    this.call = call;
    this.response = response;
  }

  /** To be called before any message arrives; completes when the head is there. */
  static Future<FarReads.FarFile> opened(
      Vertx vertx,
      GrpcClientRequest<FetchRequest, FetchPart> call,
      GrpcClientResponse<FetchRequest, FetchPart> response) {
    FetchedFile file = new FetchedFile(vertx, call, response);
    response.pause();
    response.handler(file::arrived);
    GrpcCalls.ended(response)
        .onComplete(
            over -> file.ended(Future.succeededFuture()),
            failure -> file.ended(Future.failedFuture(failure)));
    return file.part(LONGEST_HEAD)
        .compose(
            first -> {
              if (first == null || !first.hasHead()) {
                return Future.failedFuture(
                    MnException.unavailable("the other node sent no file", null));
              }
              file.facts = facts(first.getHead());
              return Future.succeededFuture(file);
            });
  }

  private static FileFacts facts(FileHead head) {
    return new FileFacts(
        head.getSize(),
        Instant.ofEpochMilli(head.getModifiedMs()),
        head.getTag(),
        head.getContentType(),
        head.hasFileName() ? head.getFileName() : null);
  }

  private void arrived(FetchPart part) {
    Promise<FetchPart> asked = waiting;
    waiting = null;
    if (asked != null) {
      asked.tryComplete(part);
    }
  }

  private void ended(Future<FetchPart> how) {
    end = how;
    Promise<FetchPart> asked = waiting;
    waiting = null;
    if (asked != null) {
      how.onComplete(asked::tryComplete, asked::tryFail);
    }
  }

  /** The next message; null when the answer has ended well. */
  private Future<FetchPart> part(Duration longest) {
    if (end != null) {
      return end;
    }
    Promise<FetchPart> asked = Promise.promise();
    waiting = asked;
    long timer = vertx.setTimer(longest.toMillis(), late -> tooLate(asked));
    response.fetch(1);
    return asked.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private void tooLate(Promise<FetchPart> asked) {
    asked.tryFail(MnException.unavailable("the other node does not go on with the file", null));
    close();
  }

  @Override
  public FileFacts facts() {
    return facts;
  }

  @Override
  public Future<Buffer> next() {
    return part(LONGEST_PIECE)
        .map(part -> part == null ? null : Buffer.buffer(part.getPiece().toByteArray()));
  }

  @Override
  public void close() {
    if (end == null) {
      call.cancel();
    }
  }
}
