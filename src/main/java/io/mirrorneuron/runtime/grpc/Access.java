package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Principal;
import io.mirrorneuron.security.Role;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.Set;

/**
 * Who may call what: nobody without a token, but for the few calls that are made before anybody can
 * have one. A node that only offers capacity answers next to none. Tokens inside request bodies are
 * checked by the calls that carry them.
 *
 * @param tokens asked about everything that is neither the operator nor the admin token
 */
record Access(Secret operatorToken, Secret adminToken, Auth tokens, boolean networkOnly) {
  private static final Set<String> NETWORK_ONLY_CALLS =
      Set.of("NetworkHandshake", "GetSystemSummary", "GetResource", "Check", "List", "Watch");

  private static final Principal NOBODY = Principal.unnamed(Role.VIEWER);
  private static final Principal KEEPER = Principal.unnamed(Role.ADMIN);

  static Access of(Config.Grpc config, Auth tokens) {
    return new Access(config.authToken(), config.adminToken(), tokens, config.networkOnly());
  }

  /**
   * Complete at once unless keys have to be fetched.
   *
   * @return fails with MnException FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE
   */
  Future<Call> admit(String call, MultiMap metadata) {
    if (networkOnly && !NETWORK_ONLY_CALLS.contains(call)) {
      return refused(ErrorCode.FORBIDDEN, call + " is disabled while MN_NETWORK_ONLY=true");
    }
    if (RpcRoles.OPEN.contains(call)) {
      return Future.succeededFuture(new Call(NOBODY, false, metadata));
    }
    Role needed = RpcRoles.of(call);
    if (needed == null) {
      return refused(ErrorCode.FORBIDDEN, call + " is open to nobody");
    }
    return caller(metadata)
        .map(
            admitted -> {
              admitted.caller().mustReach(needed);
              return admitted;
            });
  }

  private Future<Call> caller(MultiMap metadata) {
    String token = token(metadata.get(GrpcMetadata.AUTHORIZATION));
    if (operatorToken.matches(token)) {
      return Future.succeededFuture(KEEPER)
          .map(keeper -> new Call(OnBehalf.of(metadata, keeper), true, metadata));
    }
    if (OnBehalf.isNamed(metadata)) {
      return refused(
          ErrorCode.FORBIDDEN, "only with the operator token can a call be made for somebody else");
    }
    if (adminToken.matches(token)) {
      return Future.succeededFuture(new Call(KEEPER, false, metadata));
    }
    return tokens
        .authenticate(token == null ? null : "Bearer " + token)
        .map(caller -> new Call(caller, false, metadata))
        .recover(failure -> Future.failedFuture(inOwnWords(failure)));
  }

  /** Existing clients look for these sentences. */
  private Throwable inOwnWords(Throwable failure) {
    if (!(failure instanceof MnException known) || !known.error().equals("unauthenticated")) {
      return failure;
    }
    return Auth.unauthenticated(
        operatorToken.isSet()
            ? "gRPC auth token is required for this RPC"
            : "MN_GRPC_AUTH_TOKEN must be set before protected gRPC RPCs can be used");
  }

  /** The token of {@code Bearer <token>}, in any letter case, or of a bare {@code <token>}. */
  private static String token(String authorization) {
    if (authorization == null) {
      return null;
    }
    String value = authorization.strip();
    return value.regionMatches(true, 0, "bearer ", 0, 7) ? value.substring(7).strip() : value;
  }

  private static Future<Call> refused(ErrorCode code, String sentence) {
    return Future.failedFuture(new MnException(code, "forbidden", sentence));
  }
}
