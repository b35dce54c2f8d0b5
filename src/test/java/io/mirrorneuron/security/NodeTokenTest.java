package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Secret;
import org.junit.jupiter.api.Test;

class NodeTokenTest {
  @Test
  void itFollowsFromTheJoinToken() {
    // printf mirror-neuron:node:join-token | sha256sum
    assertThat(NodeToken.of(new Secret("join-token")).value())
        .isEqualTo("402ceb6530f053597b1d22747ec4bed1e46ae2368c6899ba0c5caf4fe968c9b3");
  }

  @Test
  void withoutAJoinTokenNobodyHasOne() {
    assertThat(NodeToken.of(Secret.NONE).isSet()).isFalse();
    assertThat(NodeToken.of(Secret.NONE).matches("")).isFalse();
  }
}
