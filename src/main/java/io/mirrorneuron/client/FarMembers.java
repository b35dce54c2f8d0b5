package io.mirrorneuron.client;

import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.Greeting;
import io.mirrorneuron.port.node.Offer;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.proto.node.v1.IdentifyRequest;
import io.mirrorneuron.proto.node.v1.JoinRequest;
import io.mirrorneuron.proto.node.v1.LeaveRequest;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcClient;
import io.vertx.core.MultiMap;
import io.vertx.grpc.client.GrpcClient;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Joining and leaving of other nodes over gRPC, with join tokens in the messages. */
final class FarMembers implements PeerMembers {
  /** The node looks for the store of the cluster before it answers. */
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  private final Supplier<GrpcClient> client;
  private final Network network;

  FarMembers(Supplier<GrpcClient> client, Network network) {
    this.client = client;
    this.network = network;
  }

  @Override
  public List<Integer> ports() {
    return network.tls() == null ? PeerMembers.super.ports() : List.of(network.tlsPort());
  }

  @Override
  public Greeting greet(String caller, String address, String token) {
    return Greetings.ask(calls(new Asked("", address, token)), caller, token);
  }

  @Override
  public String join(Asked node, Offer offer) {
    return calls(node)
        .call(
            NodeServiceGrpcClient.Join,
            JoinRequest.newBuilder()
                .setToken(node.token())
                .setNodeName(node.name())
                .setMain(offer.main())
                .setVersion(offer.version())
                .setRedisUrl(offer.redisUrl())
                .setNamespace(offer.namespace())
                .setJoinToken(offer.joinToken())
                .build())
        .getOwner();
  }

  @Override
  public String identify(Asked node) {
    IdentifyRequest request = IdentifyRequest.newBuilder().setToken(node.token()).build();
    return calls(node).call(NodeServiceGrpcClient.Identify, request).getOwner();
  }

  @Override
  public void leave(Asked node) {
    LeaveRequest request =
        LeaveRequest.newBuilder().setToken(node.token()).setNodeName(node.name()).build();
    calls(node).call(NodeServiceGrpcClient.Leave, request);
  }

  private GrpcCalls calls(Asked node) {
    return new GrpcCalls(
        client.get(),
        Clients.address(node.address()),
        PATIENCE,
        Secret.NONE,
        MultiMap.caseInsensitiveMultiMap(),
        FarMembers::told);
  }

  private static MnException told(MnException failure) {
    boolean unsent = failure.getCause() instanceof GrpcCalls.NotConnected;
    return unsent
        ? new MnException(
            ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED, failure.getMessage(), null, failure)
        : failure;
  }
}
