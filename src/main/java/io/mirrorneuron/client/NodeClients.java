package io.mirrorneuron.client;

import io.mirrorneuron.bus.RemoteReads;
import io.mirrorneuron.config.NodeSettings.Network;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.port.node.PeerReads;
import io.mirrorneuron.proto.node.v1.FetchPart;
import io.mirrorneuron.proto.node.v1.FetchRequest;
import io.mirrorneuron.proto.node.v1.FileHead;
import io.mirrorneuron.proto.node.v1.IdentifyRequest;
import io.mirrorneuron.proto.node.v1.JoinRequest;
import io.mirrorneuron.proto.node.v1.LeaveRequest;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcClient;
import io.mirrorneuron.proto.node.v1.PlayRequest;
import io.mirrorneuron.proto.node.v1.ReadAnswer;
import io.mirrorneuron.proto.node.v1.ReadRequest;
import io.mirrorneuron.proto.node.v1.RedefineRequest;
import io.mirrorneuron.proto.node.v1.RetireRequest;
import io.mirrorneuron.security.NodeToken;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.mirrorneuron.wire.FileRequest;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Calls other nodes over gRPC with the token of nodes. Opens no connection on a single node. */
public final class NodeClients implements PeerJobs, AutoCloseable {
  /** Short enough to report an unreachable node to the caller. */
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
   * @param network connection settings between servers
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
        NodeClients::reported);
  }

  @Override
  public PeerPrograms programs() {
    return new RemotePrograms(this::calls);
  }

  @Override
  public PeerMembers members() {
    return new RemoteMembers(this::client, network);
  }

  /** For calls that change nothing, or are idempotent by id. */
  private GrpcCalls calls(Peer peer, Duration deadline) {
    MultiMap standing =
        MultiMap.caseInsensitiveMultiMap().add(GrpcMetadata.FOR_OWNER, peer.owner());
    SocketAddress address = Clients.address(peer.address());
    return new GrpcCalls(client(), address, deadline, token, standing, NodeClients::reported);
  }

  /** Reads of other nodes. */
  public RemoteReads reads() {
    return new RemoteReadsClient(vertx, this::client, this::streams, token, NodeClients::reported);
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

  /** Maps failures so that callers see whether the command has reached the other node. */
  static MnException reported(MnException failure) {
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

  /** Changes of agents on another node, for deployments. */
  private record ChangesElsewhere(GrpcCalls calls) implements AgentChanges {
    @Override
    public String redefine(String jobId, String order) {
      RedefineRequest request =
          RedefineRequest.newBuilder().setJobId(jobId).setOrderJson(order).build();
      return calls.call(NodeServiceGrpcClient.Redefine, request).getStatus();
    }

    @Override
    public String play(String jobId, String role) {
      PlayRequest request = PlayRequest.newBuilder().setJobId(jobId).setRole(role).build();
      return calls.call(NodeServiceGrpcClient.Play, request).getStatus();
    }

    @Override
    public String retire(String jobId, Set<String> spared, String reason) {
      RetireRequest request =
          RetireRequest.newBuilder().setJobId(jobId).addAllSpared(spared).setReason(reason).build();
      return calls.call(NodeServiceGrpcClient.Retire, request).getStatus();
    }
  }

  /** Join and leave of other nodes, with join tokens in the messages. */
  private static final class RemoteMembers implements PeerMembers {
    /** The node looks for the cluster's store before it answers. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final Supplier<GrpcClient> client;
    private final Network network;

    RemoteMembers(Supplier<GrpcClient> client, Network network) {
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
          RemoteMembers::reported);
    }

    private static MnException reported(MnException failure) {
      boolean unsent = failure.getCause() instanceof GrpcCalls.NotConnected;
      return unsent
          ? new MnException(
              ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED, failure.getMessage(), null, failure)
          : failure;
    }
  }

  /** Reads over gRPC with the token of nodes. */
  private static final class RemoteReadsClient implements RemoteReads {
    /** As for commands: below the clients' default deadline of ten seconds. */
    private static final Duration PATIENCE = Duration.ofMillis(9500);

    /** Below a gateway's timeout of an area. */
    private static final Duration LONGEST = Duration.ofSeconds(14);

    private static final long REACHED_AGAIN_MS = 3000;

    private final Vertx vertx;
    private final Supplier<GrpcClient> answers;
    private final Supplier<GrpcClient> files;
    private final Secret token;
    private final UnaryOperator<MnException> reported;

    /**
     * @param files connections for files, whose slow readers occupy windows
     * @param reported maps a failure for callers
     */
    RemoteReadsClient(
        Vertx vertx,
        Supplier<GrpcClient> answers,
        Supplier<GrpcClient> files,
        Secret token,
        UnaryOperator<MnException> reported) {
      this.vertx = vertx;
      this.answers = answers;
      this.files = files;
      this.token = token;
      this.reported = reported;
    }

    @Override
    public Future<Buffer> read(RemoteRead read, Duration patience) {
      try {
        Duration whole = patience.plus(PATIENCE);
        Duration deadline = whole.compareTo(LONGEST) > 0 ? LONGEST : whole;
        return calls(answers.get(), read, deadline)
            .ask(NodeServiceGrpcClient.Read, request(read))
            .map(RemoteReadsClient::body)
            .recover(failure -> Future.failedFuture(lost(failure)));
      } catch (MnException closing) {
        return Future.failedFuture(closing);
      }
    }

    private static Buffer body(ReadAnswer answer) {
      return Buffer.buffer(answer.getBody().toByteArray());
    }

    @Override
    public Future<RemoteFile> fetch(RemoteRead read, FileRequest wish) {
      try {
        GrpcCalls calls = calls(files.get(), read, Duration.ZERO);
        return calls
            .open(NodeServiceGrpcClient.Fetch, Duration.ZERO)
            .compose(
                call ->
                    call.send(request(read, wish))
                        .compose(response -> FetchedFile.opened(vertx, call, response)))
            .recover(
                failure -> Future.failedFuture(unreached(read, lost(calls.reported(failure)))));
      } catch (MnException closing) {
        return Future.failedFuture(closing);
      }
    }

    /** The caller no longer waits for a late answer. */
    private static MnException lost(Throwable failure) {
      return failure instanceof MnException late && late.code() == ErrorCode.TIMEOUT
          ? new MnException(
              ErrorCode.UNAVAILABLE, REPLY_LOST, "it did not answer in time", null, failure)
          : (MnException) failure;
    }

    private static MnException unreached(RemoteRead read, MnException failure) {
      if (!Set.of(UNREACHED, REPLY_LOST, PeerReads.NO_API).contains(failure.error())) {
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

    private GrpcCalls calls(GrpcClient client, RemoteRead read, Duration timeout) {
      MultiMap standing =
          MultiMap.caseInsensitiveMultiMap().add(GrpcMetadata.FOR_OWNER, read.owner());
      return new GrpcCalls(
          client, Clients.address(read.address()), timeout, token, standing, reported);
    }

    private static ReadRequest request(RemoteRead read) {
      return ReadRequest.newBuilder()
          .setArea(read.area())
          .setOperation(read.operation())
          .setCallJson(read.call())
          .build();
    }

    private static FetchRequest request(RemoteRead read, FileRequest wish) {
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

    /** A file that arrives in pieces, each on request. Confined to one context. */
    private static final class FetchedFile implements RemoteReads.RemoteFile {
      /** Exports are made before the head is sent. */
      private static final Duration LONGEST_HEAD = Duration.ofMinutes(5);

      private static final Duration LONGEST_PIECE = Duration.ofSeconds(30);

      private final Vertx vertx;
      private final GrpcClientRequest<FetchRequest, FetchPart> call;
      private final GrpcClientResponse<FetchRequest, FetchPart> response;
      private Promise<FetchPart> waiting;
      private FileFacts facts;

      /** Outcome of the ended answer; null while it continues. */
      private Future<FetchPart> end;

      private FetchedFile(
          Vertx vertx,
          GrpcClientRequest<FetchRequest, FetchPart> call,
          GrpcClientResponse<FetchRequest, FetchPart> response) {
        this.vertx = vertx;
        this.call = call;
        this.response = response;
      }

      /** Call before any message arrives; completes with the head. */
      static Future<RemoteReads.RemoteFile> opened(
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

      /** The next message; null at a successful end. */
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
  }
}
