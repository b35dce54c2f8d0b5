package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Principal;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;

/**
 * The user for whom a gateway calls: it has checked the user's token and calls with the runtime's
 * own.
 */
final class OnBehalf {
  private OnBehalf() {}

  static boolean isNamed(MultiMap metadata) {
    return metadata.contains(GrpcMetadata.ON_BEHALF_OF);
  }

  /**
   * The caller under the name that the metadata has, or as it is.
   *
   * @throws MnException MALFORMED when the name cannot be read or is empty
   */
  static Principal of(MultiMap metadata, Principal caller) {
    String binary = metadata.get(GrpcMetadata.ON_BEHALF_OF);
    if (binary == null) {
      return caller;
    }
    String name = GrpcMetadata.text(GrpcMetadata.ON_BEHALF_OF, binary);
    if (name.isBlank()) {
      throw MnException.malformed("metadata " + GrpcMetadata.ON_BEHALF_OF + " must name somebody");
    }
    return new Principal(name, caller.role(), caller.expiry());
  }
}
