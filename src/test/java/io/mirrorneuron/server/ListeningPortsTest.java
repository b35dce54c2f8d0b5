package io.mirrorneuron.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.server.ListeningPorts.Listener;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ListeningPortsTest {
  private static final String HEADING =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
  @TempDir Path net;

  @Test
  void whoListensIsToldAndWhoTalksIsNot() throws IOException {
    Files.writeString(
        net.resolve("tcp"),
        HEADING
            + "   0: 0100007F:D6F1 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000\n"
            + "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
            + "   2: 0100007F:9C40 0100007F:D6F1 01 00000000:00000000 00:00000000 00000000  1000\n");
    Files.writeString(
        net.resolve("tcp6"),
        HEADING
            + "   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A"
            + " 00000000:00000000 00:00000000 00000000     0\n"
            + "   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A"
            + " 00000000:00000000 00:00000000 00000000     0\n");
    Files.writeString(
        net.resolve("udp"),
        HEADING
            + "  12: 0A00A8C0:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0\n"
            + "no such line\n");

    assertThat(new ListeningPorts(net, clock).get())
        .containsExactly(
            new Listener("tcp", "0.0.0.0", 22),
            new Listener("tcp", "0:0:0:0:0:0:0:1", 8080),
            new Listener("tcp", "127.0.0.1", 55_025),
            new Listener("udp", "192.168.0.10", 68));
  }

  @Test
  void aReadingIsKeptForASecond() throws IOException {
    ListeningPorts ports = new ListeningPorts(net, clock);
    assertThat(ports.get()).isEmpty();
    Files.writeString(
        net.resolve("tcp"),
        HEADING + "   0: 0100007F:D6F1 00000000:0000 0A 00000000:00000000 00:00000000 0\n");
    assertThat(ports.get()).isEmpty();
    clock.turn(Duration.ofMillis(1001));
    assertThat(ports.get()).hasSize(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPortOfThisTestIsSeen() throws IOException {
    try (ServerSocket open = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(new ListeningPorts(Path.of("/proc/net"), Clock.systemUTC()).get())
          .extracting(Listener::port)
          .contains(open.getLocalPort());
    }
  }
}
