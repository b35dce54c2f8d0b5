package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.security.Principal;
import io.vertx.core.MultiMap;

/**
 * A call that was let in.
 *
 * @param caller who makes it; with the operator token, whoever it is made for
 * @param hasOperatorToken whether it came with the runtime's own token, which its gateways share
 * @param trailers what the answer is to say besides its message
 */
record Call(Principal caller, boolean hasOperatorToken, MultiMap metadata, MultiMap trailers) {
  Call(Principal caller, boolean hasOperatorToken, MultiMap metadata) {
    this(caller, hasOperatorToken, metadata, MultiMap.caseInsensitiveMultiMap());
  }
}
