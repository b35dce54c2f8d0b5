package io.mirrorneuron.runtime.grpc;

import com.google.protobuf.ByteString;
import io.mirrorneuron.port.node.HostedPrograms;
import io.mirrorneuron.proto.node.v1.BundlePart;
import io.mirrorneuron.proto.node.v1.DescribeAnswer;
import io.mirrorneuron.proto.node.v1.DescribeRequest;
import io.mirrorneuron.proto.node.v1.ExecuteEvent;
import io.mirrorneuron.proto.node.v1.ExecuteRequest;
import io.mirrorneuron.proto.node.v1.FetchBundleRequest;
import io.mirrorneuron.proto.node.v1.NodeProto;
import io.mirrorneuron.proto.node.v1.ProgramServiceGrpcService;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.Service;
import io.vertx.grpc.server.ServiceBuilder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Calls of other nodes about programs, with the token of nodes. */
final class ProgramCalls {
  private static final int PART = 256 << 10;

  private final HostedPrograms programs;
  private final Access access;
  private final Executor threads;
  private final Set<StreamWriter<?>> open = ConcurrentHashMap.newKeySet();

  /**
   * @param threads runs blocking work, best on its own thread
   */
  ProgramCalls(HostedPrograms programs, Access access, Executor threads) {
    this.programs = programs;
    this.access = access;
    this.threads = threads;
  }

  Service service() {
    ServiceBuilder service =
        Service.service(
            ProgramServiceGrpcService.SERVICE_NAME,
            NodeProto.getDescriptor().findServiceByName("ProgramService"));
    admit(service, ProgramServiceGrpcService.Execute, this::execute);
    admit(service, ProgramServiceGrpcService.Describe, this::describe);
    admit(service, ProgramServiceGrpcService.FetchBundle, this::fetchBundle);
    return service.build();
  }

  /** Begins an authorized call; no message has been read. */
  private interface Body<Q, R> {
    void begin(GrpcServerRequest<Q, R> rpc, StreamWriter<R> outlet);
  }

  private <Q, R> void admit(ServiceBuilder service, ServiceMethod<Q, R> method, Body<Q, R> body) {
    service.bind(
        method,
        rpc -> {
          rpc.pause();
          access
              .admit(rpc.methodName(), rpc.headers(), Call.source(rpc.connection()))
              .onSuccess(
                  call -> {
                    StreamWriter<R> outlet = new StreamWriter<>(rpc);
                    open.add(outlet);
                    body.begin(rpc, outlet);
                    rpc.resume();
                  })
              .onFailure(refused -> CallDispatcher.writeFailure(rpc.response(), refused));
        });
  }

  void drain() {
    open.forEach(StreamWriter::drain);
  }

  /** Ends the streams of a closed connection. */
  void disconnected(HttpConnection connection) {
    open.forEach(outlet -> outlet.leaveIfOn(connection));
  }

  /** May block. */
  interface Work {
    void run() throws InterruptedException, IOException;
  }

  private void run(StreamWriter<?> outlet, Work work) {
    threads.execute(
        () -> {
          try {
            work.run();
            outlet.end(MultiMap.caseInsensitiveMultiMap());
          } catch (InterruptedException stopped) {
            outlet.drain();
            outlet.end(MultiMap.caseInsensitiveMultiMap());
          } catch (Throwable failure) {
            outlet.fail(failure);
          } finally {
            open.remove(outlet);
          }
        });
  }

  private void describe(
      GrpcServerRequest<DescribeRequest, DescribeAnswer> rpc, StreamWriter<DescribeAnswer> outlet) {
    rpc.handler(
        asked ->
            run(
                outlet,
                () ->
                    outlet.send(
                        List.of(
                            DescribeAnswer.newBuilder()
                                .setMachine(ByteString.copyFrom(programs.describe()))
                                .build()))));
  }

  private void fetchBundle(
      GrpcServerRequest<FetchBundleRequest, BundlePart> rpc, StreamWriter<BundlePart> outlet) {
    rpc.handler(
        asked ->
            run(
                outlet,
                () -> {
                  try (var parts = new BufferedOutputStream(new BundleOut(outlet), PART)) {
                    programs.bundle(asked.getFingerprint(), parts);
                  }
                }));
  }

  private static final class BundleOut extends OutputStream {
    private final StreamWriter<BundlePart> outlet;

    BundleOut(StreamWriter<BundlePart> outlet) {
      this.outlet = outlet;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (!outlet.isOpen()) {
        throw new IOException("the other node does not listen any more");
      }
      ByteString part = ByteString.copyFrom(bytes, from, length);
      outlet.send(List.of(BundlePart.newBuilder().setBytes(part).build()));
    }
  }

  private void execute(
      GrpcServerRequest<ExecuteRequest, ExecuteEvent> rpc, StreamWriter<ExecuteEvent> outlet) {
    rpc.handler(new ExecuteCall(programs, outlet, work -> run(outlet, work))::hear);
  }
}
