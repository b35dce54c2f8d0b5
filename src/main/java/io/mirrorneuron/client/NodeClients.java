package io.mirrorneuron.client;

import io.mirrorneuron.bus.FarReads;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import java.time.Duration;

/** Reaches other nodes over gRPC with the token of nodes. A node that is alone opens nothing. */
public final class NodeClients implements PeerJobs, AutoCloseable {
  /** Short enough that a caller is told of a node that does not answer. */
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final Secret token;
  private final Network network;
  private final GrpcConnections connections;
  private GrpcClient client;
  private GrpcClient streams;
  private boolean closed;

  /**
   * @param joinToken of the cluster
   * @param network how servers talk to each other
   */
  public NodeClients(Vertx vertx, Secret joinToken, Network network) {
    this.vertx = vertx;
    this.token = NodeToken.of(joinToken);
    this.network = network;
    this.connections = new GrpcConnections(vertx, LONGEST_CONNECT, network.tls());
  }

  @Override
  public JobsPort at(Command command) {
    return new GrpcJobsClient(vertx, calls(command));
  }

  @Override
  public AgentChanges changesAt(Command command) {
    return new ChangesElsewhere(calls(command));
  }

  private GrpcCalls calls(Command command) {
    MultiMap standing =
        MultiMap.caseInsensitiveMultiMap()
            .add(GrpcMetadata.FOR_OWNER, command.owner())
            .add(GrpcMetadata.COMMAND_ID, command.id());
    return new GrpcCalls(
        client(),
        Clients.address(command.address()),
        command.timeLeft(),
        token,
        standing,
        NodeClients::told);
  }

  @Override
  public PeerPrograms programs() {
    return new FarPrograms(this::calls);
  }

  @Override
  public PeerMembers members() {
    return new FarMembers(this::client, network);
  }

  /** Calls to another node that change nothing or are given again with the same id. */
  private GrpcCalls calls(Peer peer, Duration deadline) {
    MultiMap standing =
        MultiMap.caseInsensitiveMultiMap().add(GrpcMetadata.FOR_OWNER, peer.owner());
    SocketAddress address = Clients.address(peer.address());
    return new GrpcCalls(client(), address, deadline, token, standing, NodeClients::told);
  }

  /** What areas of other nodes answer. */
  public FarReads reads() {
    return new FarReadsClient(vertx, this::client, this::streams, token, NodeClients::told);
  }

  private void requireOpen() {
    if (closed) {
      throw MnException.unavailable("this server is closing", null);
    }
  }

  private synchronized GrpcClient streams() {
    requireOpen();
    if (streams == null) {
      streams = connections.streams();
    }
    return streams;
  }

  private synchronized GrpcClient client() {
    requireOpen();
    if (client == null) {
      client = connections.calls();
    }
    return client;
  }

  /** Whether the command has reached the other node, where that is not the answer of that node. */
  static MnException told(MnException failure) {
    if (failure.code() == ErrorCode.UNAUTHENTICATED) {
      return new MnException(
          ErrorCode.UNAVAILABLE,
          UNREACHED,
          "it does not accept the join token of this one: network.join_token (MN_NETWORK_JOIN_TOKEN)"
              + " must be the same on both");
    }
    if (failure.code() != ErrorCode.UNAVAILABLE || failure.getCause() == null) {
      return failure;
    }
    boolean sent = !(failure.getCause() instanceof GrpcCalls.NotConnected);
    return new MnException(
        ErrorCode.UNAVAILABLE,
        sent ? REPLY_LOST : UNREACHED,
        failure.getMessage(),
        null,
        failure.getCause());
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.close().await();
    }
    if (streams != null) {
      streams.close().await();
    }
  }
}
