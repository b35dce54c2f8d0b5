package io.mirrorneuron.golden;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.mirrorneuron.proto.cluster.v1.ClusterProto;
import io.mirrorneuron.proto.ext.v1.ExtProto;
import io.mirrorneuron.proto.job.v1.JobProto;
import io.mirrorneuron.proto.observability.v1.ObservabilityProto;
import io.mirrorneuron.proto.operations.v1.OperationsProto;
import io.mirrorneuron.wire.GrpcErrors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes the calls of {@code proto/} by their names and keeps what the runtime answers. */
final class GrpcEndpoint implements AutoCloseable {
  private static final List<FileDescriptor> PROTOS =
      List.of(
          JobProto.getDescriptor(),
          ClusterProto.getDescriptor(),
          ExtProto.getDescriptor(),
          ObservabilityProto.getDescriptor(),
          OperationsProto.getDescriptor());

  private final Vertx vertx = Vertx.vertx();
  private final GrpcClient client =
      GrpcClient.client(
          vertx,
          new GrpcClientOptions().setMaxMessageSize(16 << 20),
          new HttpClientOptions()
              .setProtocolVersion(HttpVersion.HTTP_2)
              .setHttp2ClearTextUpgrade(false));
  private final Map<String, MethodDescriptor> methods = new LinkedHashMap<>();
  private final Set<String> called = new TreeSet<>();
  private final SocketAddress server;
  private final String token;
  private final Normaliser normaliser;
  private final GoldenFiles files;

  /**
   * @param target host:port
   */
  GrpcEndpoint(String target, String token, Normaliser normaliser, GoldenFiles files) {
    int colon = target.lastIndexOf(':');
    this.server =
        SocketAddress.inetSocketAddress(
            Integer.parseInt(target.substring(colon + 1)), target.substring(0, colon));
    this.token = token;
    this.normaliser = normaliser;
    this.files = files;
    PROTOS.forEach(
        proto ->
            proto
                .getServices()
                .forEach(
                    service ->
                        service.getMethods().forEach(rpc -> methods.put(rpc.getName(), rpc))));
  }

  /** All calls of the protos. */
  Set<String> calls() {
    return methods.keySet();
  }

  /** Those whose answers are kept. */
  Set<String> called() {
    return called;
  }

  /**
   * Keeps how the call ends and all messages that it answers.
   *
   * @param request in the text format of protobuf
   * @param metadata name before value
   * @return the messages
   */
  List<Message> keep(String rpc, String name, String request, String... metadata) {
    MethodDescriptor method = methods.get(rpc);
    called.add(rpc);
    Call call = new Call(method, request, metadata);
    List<Message> answers = call.send();
    String file = "grpc/" + rpc + (name.isEmpty() ? "" : "." + name) + ".txt";
    files.add(file, LineText.of(normaliser.apply(call.text.toString(), false)));
    return answers;
  }

  /** One call and what is told of it. */
  private final class Call {
    private final MethodDescriptor method;
    private final Message request;
    private final String[] metadata;
    private final StringBuilder text = new StringBuilder();

    private Call(MethodDescriptor method, String request, String... metadata) {
      this.method = method;
      this.metadata = metadata;
      DynamicMessage.Builder message = DynamicMessage.newBuilder(method.getInputType());
      try {
        TextFormat.merge(request, message);
      } catch (TextFormat.ParseException e) {
        throw new AssertionError(e);
      }
      this.request = message.build();
      text.append(method.getFullName()).append('\n');
      GrpcText.write("request ", this.request, text);
    }

    private List<Message> send() {
      List<Buffer> received = new ArrayList<>();
      GrpcClientResponse<Buffer, Buffer> response;
      try {
        response =
            client
                .request(server, bare())
                .compose(
                    call -> {
                      call.headers().set("authorization", "Bearer " + token);
                      for (int i = 0; i < metadata.length; i += 2) {
                        call.headers().set(metadata[i], metadata[i + 1]);
                      }
                      // Within, and so on its event loop: a handler that comes late misses
                      // messages.
                      return call.send(Buffer.buffer(request.toByteArray()))
                          .compose(
                              answer -> {
                                answer.handler(received::add);
                                return answer
                                    .end()
                                    .transform(ended -> Future.succeededFuture(answer));
                              });
                    })
                .await(30, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError(method.getFullName() + " does not end", e);
      }
      text.append("status ").append(response.status()).append('\n');
      String message = response.trailers().get("grpc-message");
      if (message == null) {
        message = response.headers().get("grpc-message");
      }
      if (message != null) {
        text.append("message ").append(GrpcErrors.decodeMessage(message)).append('\n');
      }
      List<Message> answers = received.stream().map(this::parsed).toList();
      answers.forEach(answer -> GrpcText.write("answer ", answer, text));
      return answers;
    }

    private ServiceMethod<Buffer, Buffer> bare() {
      return ServiceMethod.client(
          ServiceName.create(method.getService().getFullName()),
          method.getName(),
          GrpcMessageEncoder.IDENTITY,
          GrpcMessageDecoder.IDENTITY);
    }

    private Message parsed(Buffer message) {
      try {
        return DynamicMessage.parseFrom(method.getOutputType(), message.getBytes());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The text of a field of an answer. */
  static String field(Message message, String name) {
    return (String) message.getField(message.getDescriptorForType().findFieldByName(name));
  }

  @Override
  public void close() {
    client.close().await();
    vertx.close().await();
  }
}
