package io.mirrorneuron.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mirrorneuron.config.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What nodes of one cluster show each other. Whoever has the join token can make it. */
public final class NodeToken {
  private NodeToken() {}

  /**
   * @return the SHA-256 of {@code mirror-neuron:node:} and the join token in hex; none without one
   */
  public static Secret of(Secret joinToken) {
    if (!joinToken.isSet()) {
      return Secret.NONE;
    }
    try {
      byte[] text = ("mirror-neuron:node:" + joinToken.value()).getBytes(UTF_8);
      return new Secret(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
