package io.mirrorneuron.client;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.proto.node.v1.BundlePart;
import io.mirrorneuron.proto.node.v1.DescribeAnswer;
import io.mirrorneuron.proto.node.v1.DescribeRequest;
import io.mirrorneuron.proto.node.v1.ExecuteEvent;
import io.mirrorneuron.proto.node.v1.ExecuteRequest;
import io.mirrorneuron.proto.node.v1.FetchBundleRequest;
import io.mirrorneuron.proto.node.v1.ProgramServiceGrpcClient;
import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClientRequest;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.BiFunction;

/** Programs on other nodes over gRPC. */
final class RemotePrograms implements PeerPrograms {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final BiFunction<Peer, Duration, GrpcCalls> calls;

  /**
   * @param calls to a node, with a deadline; zero for none
   */
  RemotePrograms(BiFunction<Peer, Duration, GrpcCalls> calls) {
    this.calls = calls;
  }

  @Override
  public Talk open(Peer peer, Opening opening, byte[] record) {
    GrpcCalls to = calls.apply(peer, Duration.ZERO);
    ProgramStream talk = new ProgramStream(NodeClients::reported);
    GrpcClientRequest<ExecuteRequest, ExecuteEvent> call =
        await(
            to.open(ProgramServiceGrpcClient.Execute, Duration.ZERO)
                .map(
                    request -> {
                      talk.listen(request);
                      return request;
                    }));
    talk.begin(call, opening, record);
    return talk;
  }

  private static <T> T await(Future<T> opened) {
    try {
      return opened.await();
    } catch (Throwable failure) {
      throw NodeClients.reported(PartStream.unreached(failure));
    }
  }

  @Override
  public byte[] describe(Peer peer) {
    DescribeAnswer answer =
        calls
            .apply(peer, PATIENCE)
            .call(ProgramServiceGrpcClient.Describe, DescribeRequest.getDefaultInstance());
    return answer.getMachine().toByteArray();
  }

  @Override
  public InputStream bundle(Peer peer, String fingerprint) {
    GrpcCalls to = calls.apply(peer, Duration.ZERO);
    PartStream<BundlePart> parts = new PartStream<>();
    var call =
        await(
            to.open(ProgramServiceGrpcClient.FetchBundle, Duration.ZERO)
                .map(
                    request -> {
                      parts.listen(request.response());
                      return request;
                    }));
    call.end(FetchBundleRequest.newBuilder().setFingerprint(fingerprint).build());
    return new BundleBytes(parts, call::cancel);
  }

  private static final class BundleBytes extends InputStream {
    private final PartStream<BundlePart> parts;
    private final Runnable cancel;
    private byte[] part = {};
    private int at;

    BundleBytes(PartStream<BundlePart> parts, Runnable cancel) {
      this.parts = parts;
      this.cancel = cancel;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      while (at == part.length) {
        try {
          BundlePart next = parts.next(Duration.ofSeconds(60));
          if (next == null && parts.isEnded()) {
            return -1;
          }
          if (next == null) {
            throw MnException.unavailable("the node with the payload files is silent", null);
          }
          part = next.getBytes().toByteArray();
          at = 0;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw MnException.unavailable("it was interrupted", e);
        }
      }
      int some = Math.min(length, part.length - at);
      System.arraycopy(part, at, into, from, some);
      at += some;
      return some;
    }

    @Override
    public void close() {
      if (!parts.isEnded()) {
        cancel.run();
      }
    }
  }
}
