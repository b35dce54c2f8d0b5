package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientsTest {

  @ParameterizedTest
  @CsvSource({
    "localhost:55051, localhost, 55051",
    "core, core, 55051",
    "10.0.0.1:50051, 10.0.0.1, 50051",
    "[::1]:50051, ::1, 50051"
  })
  void aTargetIsHostAndPort(String target, String host, int port) {
    assertThat(Clients.address(target).host()).isEqualTo(host);
    assertThat(Clients.address(target).port()).isEqualTo(port);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> Clients.address("http://x:1/"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host:port");
  }
}
