package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import java.util.Objects;

/**
 * An authorized call.
 *
 * @param caller with the operator token, the user for whom it is made
 * @param hasOperatorToken whether it has the runtime's own token, which its gateways share
 * @param own the jobs of this node alone when another node has forwarded the call; else null
 * @param trailers of the answer
 * @param source the caller's address
 */
record Call(
    Principal caller,
    boolean hasOperatorToken,
    JobsPort own,
    MultiMap metadata,
    MultiMap trailers,
    String source) {
  Call(Principal caller, boolean hasOperatorToken, MultiMap metadata) {
    this(caller, hasOperatorToken, null, metadata, MultiMap.caseInsensitiveMultiMap(), "");
  }

  /** A call forwarded by another node. */
  static Call ofNode(Principal caller, JobsPort own, MultiMap metadata) {
    return new Call(caller, false, own, metadata, MultiMap.caseInsensitiveMultiMap(), "");
  }

  /** The same call on this connection. */
  Call over(HttpConnection connection) {
    return new Call(caller, hasOperatorToken, own, metadata, trailers, source(connection));
  }

  /** The address of the peer; empty for none. */
  static String source(HttpConnection connection) {
    return Objects.toString(connection.remoteAddress().hostAddress(), "");
  }

  /** The jobs of all nodes, or of this node for a forwarded call. */
  JobsPort jobs(JobsPort all) {
    return own == null ? all : own;
  }

  /** The id of a forwarded command; else null. */
  String commandId() {
    return own == null ? null : metadata.get(GrpcMetadata.COMMAND_ID);
  }
}
