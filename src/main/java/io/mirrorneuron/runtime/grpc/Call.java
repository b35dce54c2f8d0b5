package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import java.util.Objects;

/**
 * A call that was let in.
 *
 * @param caller who makes it; with the operator token, whoever it is made for
 * @param hasOperatorToken whether it came with the runtime's own token, which its gateways share
 * @param own the jobs of this node alone, when another node has passed the call on; else null
 * @param trailers what the answer is to say besides its message
 * @param source the address that it came from
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

  /** One that another node has passed on. */
  static Call ofNode(Principal caller, JobsPort own, MultiMap metadata) {
    return new Call(caller, false, own, metadata, MultiMap.caseInsensitiveMultiMap(), "");
  }

  /** The same, which came over this connection. */
  Call over(HttpConnection connection) {
    return new Call(caller, hasOperatorToken, own, metadata, trailers, source(connection));
  }

  /** The address of the other end; empty when it has none. */
  static String source(HttpConnection connection) {
    return Objects.toString(connection.remoteAddress().hostAddress(), "");
  }

  /** Those of all nodes, or of this one, when another node has found that they are open here. */
  JobsPort jobs(JobsPort all) {
    return own == null ? all : own;
  }

  /** The id of a command that another node has passed on; else null. */
  String commandId() {
    return own == null ? null : metadata.get(GrpcMetadata.COMMAND_ID);
  }
}
