package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;

/** In whose name a call is made. */
final class OnBehalf {
  private OnBehalf() {}

  /**
   * The name that the caller's own caller has proven to it; null when the call says none.
   *
   * @throws MnException MALFORMED when it cannot be read or is empty
   */
  static String of(MultiMap metadata) {
    String binary = metadata.get(GrpcMetadata.ON_BEHALF_OF);
    if (binary == null) {
      return null;
    }
    String name = GrpcMetadata.text(GrpcMetadata.ON_BEHALF_OF, binary);
    if (name.isBlank()) {
      throw MnException.malformed("metadata " + GrpcMetadata.ON_BEHALF_OF + " must name somebody");
    }
    return name;
  }
}
