package io.mirrorneuron.client;

import io.mirrorneuron.bus.FarReads;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeAddress;
import io.mirrorneuron.port.node.NodeReads;
import io.mirrorneuron.proto.node.v1.FetchRequest;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcClient;
import io.mirrorneuron.proto.node.v1.ReadAnswer;
import io.mirrorneuron.proto.node.v1.ReadRequest;
import io.mirrorneuron.wire.FarRead;
import io.mirrorneuron.wire.FileWish;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClient;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Reads over gRPC with the token of nodes. */
final class FarReadsClient implements FarReads {
  /** As for commands: below the deadline of ten seconds that clients set by default. */
  private static final Duration PATIENCE = Duration.ofMillis(9500);

  /** Below the time that a gateway gives an area. */
  private static final Duration LONGEST = Duration.ofSeconds(14);

  private static final long REACHED_AGAIN_MS = 3000;

  private final Vertx vertx;
  private final Supplier<GrpcClient> answers;
  private final Supplier<GrpcClient> files;
  private final Secret token;
  private final UnaryOperator<MnException> told;

  /**
   * @param files connections of their own, as slow readers of files hold windows of them
   * @param told what callers are told of a failure
   */
  FarReadsClient(
      Vertx vertx,
      Supplier<GrpcClient> answers,
      Supplier<GrpcClient> files,
      Secret token,
      UnaryOperator<MnException> told) {
    this.vertx = vertx;
    this.answers = answers;
    this.files = files;
    this.token = token;
    this.told = told;
  }

  @Override
  public Future<Buffer> read(FarRead read, Duration patience) {
    try {
      Duration whole = patience.plus(PATIENCE);
      Duration deadline = whole.compareTo(LONGEST) > 0 ? LONGEST : whole;
      return calls(answers.get(), read, deadline)
          .ask(NodeServiceGrpcClient.Read, request(read))
          .map(FarReadsClient::body)
          .recover(failure -> Future.failedFuture(lost(failure)));
    } catch (MnException closing) {
      return Future.failedFuture(closing);
    }
  }

  private static Buffer body(ReadAnswer answer) {
    return Buffer.buffer(answer.getBody().toByteArray());
  }

  @Override
  public Future<FarFile> fetch(FarRead read, FileWish wish) {
    try {
      GrpcCalls calls = calls(files.get(), read, Duration.ZERO);
      return calls
          .open(NodeServiceGrpcClient.Fetch, Duration.ZERO)
          .compose(
              call ->
                  call.send(request(read, wish))
                      .compose(response -> FetchedFile.opened(vertx, call, response)))
          .recover(failure -> Future.failedFuture(unreached(read, lost(calls.told(failure)))));
    } catch (MnException closing) {
      return Future.failedFuture(closing);
    }
  }

  /** Nobody waits for an answer that comes too late. */
  private static MnException lost(Throwable failure) {
    return failure instanceof MnException late && late.code() == ErrorCode.TIMEOUT
        ? new MnException(
            ErrorCode.UNAVAILABLE, REPLY_LOST, "it did not answer in time", null, failure)
        : (MnException) failure;
  }

  private static MnException unreached(FarRead read, MnException failure) {
    if (!Set.of(UNREACHED, REPLY_LOST, NodeReads.NO_API).contains(failure.error())) {
      return failure;
    }
    String name = new NodeAddress(read.owner(), read.address()).name();
    return new MnException(
            ErrorCode.UNAVAILABLE,
            UNREACHED,
            "the file is on node %s, which this one does not reach: %s"
                .formatted(name, failure.getMessage()),
            null,
            failure)
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  private GrpcCalls calls(GrpcClient client, FarRead read, Duration timeout) {
    MultiMap standing =
        MultiMap.caseInsensitiveMultiMap().add(GrpcMetadata.FOR_OWNER, read.owner());
    return new GrpcCalls(client, Clients.address(read.address()), timeout, token, standing, told);
  }

  private static ReadRequest request(FarRead read) {
    return ReadRequest.newBuilder()
        .setArea(read.area())
        .setOperation(read.operation())
        .setCallJson(read.call())
        .build();
  }

  private static FetchRequest request(FarRead read, FileWish wish) {
    FetchRequest.Builder request =
        FetchRequest.newBuilder().setRead(request(read)).setHead(wish.isHead());
    if (wish.range() != null) {
      request.setRange(wish.range());
    }
    if (wish.ifRange() != null) {
      request.setIfRange(wish.ifRange());
    }
    if (wish.ifNoneMatch() != null) {
      request.setIfNoneMatch(wish.ifNoneMatch());
    }
    if (wish.ifModifiedSince() != null) {
      request.setIfModifiedSince(wish.ifModifiedSince());
    }
    return request.build();
  }
}
