package io.mirrorneuron.runtime.grpc;

import static io.mirrorneuron.testing.RawConnection.PREFACE;
import static io.mirrorneuron.testing.RawConnection.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.client.Clients;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RawConnection;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The gRPC door is guarded by the same that guards the HTTP door. */
class ConnectionsIT {

  @Test
  void whoOwesAHeadIsClosedAndWhoHasCalledIsNot() throws IOException {
    try (GrpcRuntime runtime = GrpcRuntime.start(new Limits(100, Duration.ofSeconds(2)));
        Clients client = runtime.connect()) {
      client.jobs().list(10, true);
      try (RawConnection slow = new RawConnection(runtime.server.port())) {
        slow.send(PREFACE).send(SETTINGS).send(new byte[] {0, 0, 4, 1}).readAll();
      }
      try (RawConnection silent = new RawConnection(runtime.server.port())) {
        assertThat(silent.readAll()).isEmpty();
      }
      assertThat(client.jobs().list(10, true)).isNotNull();
    }
  }

  @Test
  void badHeadsAreRefusedHereToo() throws IOException {
    try (GrpcRuntime runtime = GrpcRuntime.start();
        RawConnection caller = new RawConnection(runtime.server.port())) {
      caller.send("POST /x HTTP/1.1\r\nHost: a, b\r\n\r\n");
      assertThat(caller.readAll()).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void whoFindsNoRoomIsSentAway() throws IOException {
    try (GrpcRuntime runtime = GrpcRuntime.start(new Limits(1, Duration.ofSeconds(20)));
        Clients client = runtime.connect()) {
      client.jobs().list(10, true);
      try (RawConnection late = new RawConnection(runtime.server.port())) {
        late.send(PREFACE).send(SETTINGS);
        late.readFrame(4);
        assertThat(late.readFrame(7)[7]).isEqualTo((byte) 11);
        late.readAll();
      }
      assertThat(client.jobs().list(10, true)).isNotNull();
    }
  }
}
