package io.mirrorneuron.runtime.grpc;

import static io.mirrorneuron.testing.RawConnection.PREFACE;
import static io.mirrorneuron.testing.RawConnection.SETTINGS;
import static io.mirrorneuron.testing.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.client.Clients;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RawConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
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

  /** The codec takes no blank value, and what it takes no note of would end the connection. */
  @Test
  void aBlankTokenIsRefusedAndTheConnectionStays() throws Exception {
    try (GrpcRuntime runtime = GrpcRuntime.start();
        RawConnection caller = new RawConnection(runtime.server.port())) {
      caller.send(PREFACE).send(SETTINGS);
      DefaultHttp2HeadersDecoder answers = new DefaultHttp2HeadersDecoder(false);
      int stream = 1;
      for (String token : new String[] {" ", "", "\t", " Bearer x", "Bearer wrong", " "}) {
        caller.send(frame(1, 4, stream, call(token)));
        caller.send(frame(0, 1, stream, "0000000000"));
        ByteBuf head = answered(caller);
        assertThat(answers.decodeHeaders(stream, head).get("grpc-status")).hasToString("16");
        stream += 2;
      }
      caller.send(frame(1, 4, stream, call("Bearer " + GrpcRuntime.AUTH.value())));
      caller.send(frame(0, 1, stream, "0000000000"));
      ByteBuf head = answered(caller);
      assertThat(answers.decodeHeaders(stream, head).status()).hasToString("200");
      assertThat(caller.readFrame(0)).as("a list of jobs").isNotEmpty();
    }
  }

  /** The next head of an answer, without the priority that may stand before it. */
  private static ByteBuf answered(RawConnection caller) throws IOException {
    ByteBuf payload = Unpooled.wrappedBuffer(caller.readFrame(1));
    return payload.getInt(0) == 0 ? payload.skipBytes(5) : payload;
  }

  /** The head of a call of ListJobs, as HPACK has it where nothing was said before. */
  private static String call(String token) {
    String[] head = {
      ":method", "POST", ":scheme", "http", ":path", "/mirrorneuron.job.v1.JobService/ListJobs",
      ":authority", "localhost", "content-type", "application/grpc", "te", "trailers",
      "authorization", token
    };
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < head.length; i++) {
      hex.append(i % 2 == 0 ? "00" : "").append("%02x".formatted(head[i].length()));
      hex.append(HexFormat.of().formatHex(head[i].getBytes(StandardCharsets.US_ASCII)));
    }
    return hex.toString();
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
