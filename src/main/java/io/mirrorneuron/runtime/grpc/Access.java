package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.runtime.cluster.NodeEndpoint;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.Optional;
import java.util.Set;

/**
 * Authorizes gRPC calls: a token is required, except for the few calls made before a caller can
 * have one. A network-only node refuses almost all calls. Tokens in request bodies are checked by
 * their calls.
 *
 * @param tokens checks all but the operator and the admin token
 * @param nodes for other nodes, whose token allows only commands to jobs, reads of runs, and
 *     programs
 * @param guesses checks possible node tokens
 * @param refusesNodes whether other nodes have a TLS endpoint of their own
 */
record Access(
    Secret operatorToken,
    Secret adminToken,
    Auth tokens,
    boolean networkOnly,
    NodeEndpoint nodes,
    NodeTokens guesses,
    boolean refusesNodes) {
  private static final Set<String> NODE_CALLS =
      Set.of(
          "CancelJob",
          "PauseJob",
          "ResumeJob",
          "DrainJob",
          "ForkJob",
          "SendMessage",
          "DecideRequest",
          "ExplainJob",
          "ExportJobBackup",
          "Execute",
          "Describe",
          "FetchBundle");

  private static final Set<String> NETWORK_ONLY_CALLS =
      Set.of(
          "NetworkHandshake",
          "Join",
          "Leave",
          "GetSystemSummary",
          "GetResource",
          "Check",
          "List",
          "Watch",
          "Execute",
          "Describe",
          "FetchBundle");

  /** These carry join tokens in their messages. */
  private static final Set<String> JOINING = Set.of("Join", "Leave");

  private static final Principal NOBODY = Principal.unnamed(Role.VIEWER);
  private static final Principal KEEPER = Principal.unnamed(Role.ADMIN);

  static Access of(
      Config.Grpc config,
      Auth tokens,
      NodeEndpoint nodes,
      NodeTokens guesses,
      boolean refusesNodes) {
    return new Access(
        config.authToken(),
        config.adminToken(),
        tokens,
        config.networkOnly(),
        nodes,
        guesses,
        refusesNodes);
  }

  /**
   * Completes at once unless keys must be fetched, or the address has sent wrong tokens.
   *
   * @param source the caller's address
   * @return fails with MnException FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE
   */
  Future<Call> admit(String call, MultiMap metadata, String source) {
    if (networkOnly && !NETWORK_ONLY_CALLS.contains(call)) {
      return Future.failedFuture(forbidden(call + " is disabled while MN_NETWORK_ONLY=true"));
    }
    if (refusesNodes && (RpcRoles.OF_NODES.contains(call) || JOINING.contains(call))) {
      return Future.failedFuture(elsewhere());
    }
    Optional<String> twice = GrpcMetadata.twice(metadata);
    if (twice.isPresent()) {
      return Future.failedFuture(isTwice(twice.get()));
    }
    if (RpcRoles.OPEN.contains(call)) {
      return Future.succeededFuture(new Call(NOBODY, false, metadata));
    }
    String token = token(metadata.get(GrpcMetadata.AUTHORIZATION));
    Future<Call> client = admitClient(call, metadata);
    boolean isKeeper = operatorToken.matches(token) || adminToken.matches(token);
    return isKeeper || !guesses.isPossible(token)
        ? client
        : client.recover(failure -> admitNode(failure, call, metadata, source));
  }

  /** Two tokens are ambiguous: the caller is not authenticated. */
  private static MnException isTwice(String name) {
    String sentence = "metadata " + name + " is there twice; send it once";
    return name.equals(GrpcMetadata.AUTHORIZATION)
        ? Auth.unauthenticated(sentence)
        : MnException.malformed(sentence);
  }

  private static MnException elsewhere() {
    return forbidden(
        "servers are heard by TLS only here: set network.tls_key, network.tls_cert and"
            + " network.tls_ca of the one that asks, and name the port network.tls_port");
  }

  private Future<Call> admitClient(String call, MultiMap metadata) {
    if (RpcRoles.OF_NODES.contains(call)) {
      return Future.failedFuture(
          Auth.unauthenticated(call + " is for other nodes, which show the token of nodes"));
    }
    Role needed = RpcRoles.of(call);
    if (needed == null && NODE_CALLS.contains(call)) {
      return Future.failedFuture(Auth.unauthenticated(call + " is for nodes with their token"));
    }
    if (needed == null) {
      return Future.failedFuture(forbidden(call + " is open to nobody"));
    }
    return caller(metadata)
        .map(
            admitted -> {
              admitted.caller().requireRole(needed);
              return admitted;
            });
  }

  /**
   * A token that is no client's may be another node's.
   *
   * @param failure the answer to a client
   */
  private Future<Call> admitNode(Throwable failure, String call, MultiMap metadata, String source) {
    boolean isKnown = failure instanceof MnException known && known.code() == ErrorCode.FORBIDDEN;
    return isKnown
        ? Future.failedFuture(failure)
        : guesses
            .check(token(metadata.get(GrpcMetadata.AUTHORIZATION)), source)
            .recover(wrong -> Future.failedFuture(isTooMany(wrong) ? wrong : failure))
            .compose(
                right ->
                    refusesNodes ? Future.failedFuture(elsewhere()) : admitNode(call, metadata));
  }

  private static boolean isTooMany(Throwable wrong) {
    return wrong instanceof MnException reported && reported.code() != ErrorCode.UNAUTHENTICATED;
  }

  private Future<Call> admitNode(String call, MultiMap metadata) {
    if (!NODE_CALLS.contains(call) && !RpcRoles.OF_NODES.contains(call)) {
      return Future.failedFuture(forbidden(call + " is not for other nodes"));
    }
    if (!nodes.owner().equals(metadata.get(GrpcMetadata.FOR_OWNER))) {
      return Future.failedFuture(
          new MnException(
              ErrorCode.UNAVAILABLE,
              PeerJobs.UNREACHED,
              "at its address another node answers, %s; see network.advertise_host of both"
                  .formatted(NodeRegistry.nameOf(nodes.owner()))));
    }
    return Future.succeededFuture(KEEPER)
        .map(keeper -> Call.ofNode(DelegatedUser.of(metadata, keeper), nodes.jobs(), metadata));
  }

  private Future<Call> caller(MultiMap metadata) {
    String token = token(metadata.get(GrpcMetadata.AUTHORIZATION));
    if (operatorToken.matches(token)) {
      return Future.succeededFuture(KEEPER)
          .map(keeper -> new Call(DelegatedUser.of(metadata, keeper), true, metadata));
    }
    Future<Principal> caller =
        adminToken.matches(token)
            ? Future.succeededFuture(KEEPER)
            : tokens
                .authenticate(token == null ? null : "Bearer " + token)
                .recover(failure -> Future.failedFuture(withExpectedWords(failure, token)));
    return caller.map(
        known -> {
          if (DelegatedUser.isNamed(metadata)) {
            throw forbidden("only with the operator token can a call be made for somebody else");
          }
          return new Call(known, false, metadata);
        });
  }

  /** Prefixes the failure with the sentences that existing clients look for. */
  private Throwable withExpectedWords(Throwable failure, String token) {
    if (!(failure instanceof MnException known) || !known.error().equals("unauthenticated")) {
      return failure;
    }
    if (!operatorToken.isSet()) {
      return Auth.unauthenticated(
          "MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
    }
    String required = "gRPC auth token is required for this RPC";
    if (token == null || token.isEmpty()) {
      return Auth.unauthenticated(required);
    }
    return Auth.unauthenticated(
        required + "; the one that was sent is not good here: " + known.getMessage());
  }

  /** The token of {@code Bearer <token>}, in any letter case, or of a bare {@code <token>}. */
  private static String token(String authorization) {
    if (authorization == null) {
      return null;
    }
    String value = authorization.strip();
    return value.regionMatches(true, 0, "bearer ", 0, 7) ? value.substring(7).strip() : value;
  }

  private static MnException forbidden(String sentence) {
    return new MnException(ErrorCode.FORBIDDEN, "forbidden", sentence);
  }

  /**
   * The user for whom a gateway calls: the gateway has checked the user's token and calls with the
   * runtime's own.
   */
  static final class DelegatedUser {
    private DelegatedUser() {}

    static boolean isNamed(MultiMap metadata) {
      return metadata.contains(GrpcMetadata.ON_BEHALF_OF);
    }

    /**
     * The caller under the name in the metadata, or unchanged.
     *
     * @throws MnException MALFORMED when the name is empty or cannot be read
     */
    static Principal of(MultiMap metadata, Principal caller) {
      String binary = metadata.get(GrpcMetadata.ON_BEHALF_OF);
      if (binary == null) {
        return caller;
      }
      String name = GrpcMetadata.text(GrpcMetadata.ON_BEHALF_OF, binary);
      if (name.isBlank()) {
        throw MnException.malformed(
            "metadata " + GrpcMetadata.ON_BEHALF_OF + " must name somebody");
      }
      return new Principal(name, caller.role(), caller.expiry());
    }
  }
}
