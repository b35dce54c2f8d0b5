package io.mirrorneuron.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mirrorneuron.config.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Secrets derived from the join token of a cluster. */
public final class NodeToken {
  private NodeToken() {}

  /**
   * What nodes of one cluster show each other.
   *
   * @return the SHA-256 of {@code mirror-neuron:node:} and the join token in hex; none without one
   */
  public static Secret of(Secret joinToken) {
    return derived("mirror-neuron:node:", joinToken);
  }

  /**
   * The password of an exposed Redis: the same with {@code mirror-neuron:redis:}, which the
   * terminal of the original insists on.
   */
  public static Secret redisPassword(Secret joinToken) {
    return derived("mirror-neuron:redis:", joinToken);
  }

  private static Secret derived(String purpose, Secret joinToken) {
    if (!joinToken.isSet()) {
      return Secret.NONE;
    }
    try {
      byte[] text = (purpose + joinToken.value()).getBytes(UTF_8);
      return new Secret(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
