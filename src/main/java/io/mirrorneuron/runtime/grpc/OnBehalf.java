package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Principal;
import io.mirrorneuron.wire.GrpcMetadata;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** For whom a gateway calls: it has checked their token and calls with the runtime's own. */
final class OnBehalf {
  private OnBehalf() {}

  static boolean isNamed(MultiMap metadata) {
    return metadata.contains(GrpcMetadata.ON_BEHALF_OF);
  }

  /**
   * The caller under the name that the metadata has, or as it is.
   *
   * @throws MnException MALFORMED
   */
  static Principal of(MultiMap metadata, Principal caller) {
    String name = metadata.get(GrpcMetadata.ON_BEHALF_OF);
    if (name == null) {
      return caller;
    }
    try {
      byte[] text = Base64.getDecoder().decode(name);
      return new Principal(
          new String(text, StandardCharsets.UTF_8), caller.role(), caller.expiry());
    } catch (IllegalArgumentException e) {
      throw MnException.malformed(GrpcMetadata.ON_BEHALF_OF + " is not base64");
    }
  }
}
