package io.mirrorneuron.gateway;

import static io.mirrorneuron.testing.RawConnection.PREFACE;
import static io.mirrorneuron.testing.RawConnection.SETTINGS;
import static io.mirrorneuron.testing.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.listen.Limits;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawConnection;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Whole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who holds a connection without asking for anything loses it; whoever waits or works keeps it. */
@Whole
class ConnectionsIT {
  private static final Duration HEAD = Duration.ofSeconds(1);
  private static final String GET = "GET /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n";

  /** {@code GET /api/v1/jobs} of {@code localhost} as HPACK has it. */
  private static final String H2_GET =
      "82" + "86" + "04" + "0c" + hex("/api/v1/jobs") + "41" + "09" + hex("localhost");

  private static final int END = 0x1 | 0x4; // of the stream and of the headers

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = open(folder.resolve("one"), new Limits(4096, HEAD));
  }

  private static GatewayFixture open(Path home, Limits limits) throws Exception {
    return new GatewayFixture(
        home,
        new Config.Api(
            "127.0.0.1", 0, Secret.NONE, List.of(), List.of(), 1 << 20, 1 << 20, "http://x", true),
        null,
        Map.of(),
        limits);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String hex(String text) {
    return java.util.HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] joined(byte[]... parts) {
    var all = new java.io.ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** Begins of something that never comes whole. */
  private enum Owed {
    NOTHING_AT_ALL(new byte[0]),
    PART_OF_A_LINE("GET /api/v1".getBytes(StandardCharsets.US_ASCII)),
    PART_OF_A_HEAD("GET /api/v1/jobs HTTP/1.1\r\nHost: local".getBytes(StandardCharsets.US_ASCII)),
    A_HEAD_WITHOUT_ITS_LAST_LINE(
        GET.substring(0, GET.length() - 2).getBytes(StandardCharsets.US_ASCII)),
    EMPTY_LINES("\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
    SECOND_HEAD((GET + "GE").getBytes(StandardCharsets.US_ASCII)),
    EMPTY_LINE_BEHIND_A_REQUEST((GET + "\r\n").getBytes(StandardCharsets.US_ASCII)),
    PART_OF_THE_PREFACE("PRI * HT".getBytes(StandardCharsets.US_ASCII)),
    ONLY_THE_PREFACE(PREFACE),
    NO_REQUEST_IN_HTTP_2(joined(PREFACE, SETTINGS)),
    PINGS_BUT_NO_REQUEST(joined(PREFACE, SETTINGS, frame(6, 0, 0, "0011223344556677"))),
    PART_OF_A_FRAMES_HEAD(joined(PREFACE, SETTINGS, new byte[] {0, 0})),
    PART_OF_A_FRAME(
        joined(PREFACE, SETTINGS, new byte[] {0, 0, 40, 1, 5, 0, 0, 0, 1, (byte) 0x82})),
    HEAD_THAT_IS_TO_BE_CONTINUED(joined(PREFACE, SETTINGS, frame(1, 1, 1, H2_GET))),
    CONTINUATIONS_WITHOUT_AN_END(
        joined(
            PREFACE, SETTINGS, frame(1, 1, 1, "82"), frame(9, 0, 1, "86"), frame(9, 0, 1, "84"))),
    SECOND_HEAD_IN_HTTP_2(
        joined(PREFACE, SETTINGS, frame(1, END, 1, H2_GET), frame(1, 1, 3, "82")));

    final byte[] bytes;

    Owed(byte[] bytes) {
      this.bytes = bytes;
    }
  }

  static Stream<Owed> pending() {
    return Stream.of(Owed.values());
  }

  @ParameterizedTest
  @MethodSource("pending")
  void whatDoesNotComeWholeIsClosed(Owed pending) throws IOException {
    long start = System.nanoTime();
    try (RawConnection slow = new RawConnection(gateway.port())) {
      slow.send(pending.bytes).readAll();
    }
    Duration lived = Duration.ofNanos(System.nanoTime() - start);
    assertThat(lived).isGreaterThanOrEqualTo(HEAD.minusMillis(20));
  }

  @Test
  void manyThatDripAreGoneAndOthersAreServedAllTheTime() throws Exception {
    List<RawConnection> slow = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      slow.add(new RawConnection(gateway.port()).send("G"));
    }
    for (RawConnection connection : slow) {
      assertThat(gateway.get("/api/v1/jobs").statusCode()).isEqualTo(200);
      connection.readAll();
      connection.close();
    }
  }

  @Test
  void idleConnectionsLiveOn() throws IOException {
    try (RawConnection idle = new RawConnection(gateway.port())) {
      idle.send(GET).readTo("\"data\"");
      letTheDeadlinePass();
      assertThat(idle.send(GET).readTo("HTTP/1.1 200")).isNotEmpty();
    }
  }

  @Test
  void slowBodiesLiveOn() throws IOException {
    try (RawConnection upload = new RawConnection(gateway.port())) {
      upload.send(
          "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 24\r\n\r\n{\"manifest");
      letTheDeadlinePass();
      upload.send("_json\":");
      letTheDeadlinePass();
      assertThat(upload.send("\"{}\"}  ").readTo("\r\n")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void slowChunksLiveOn() throws IOException {
    try (RawConnection upload = new RawConnection(gateway.port())) {
      upload.send(
          "POST /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n1");
      letTheDeadlinePass();
      upload.send("4\r\n{\"manifest_json\":");
      letTheDeadlinePass();
      assertThat(upload.send("\"\" \r\n0\r\n\r\n").readTo("\r\n")).startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void streamsLiveOn() throws Exception {
    String job = gateway.jobs.submit(Submission.of("{}")).jobId();
    HttpResponse<InputStream> stream =
        gateway.http.send(
            gateway
                .request("/api/v1/jobs/" + job + "/events")
                .header("Accept", "text/event-stream")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    letTheDeadlinePass();
    gateway.jobs.append(job, "late");
    assertThat(lineWith(stream, "late")).isNotNull();
  }

  @Test
  void upgradedConnectionsLiveOnWithTheirFirstAnswer() throws Exception {
    String job = gateway.jobs.submit(Submission.of("{}")).jobId();
    try (HttpClient http2 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(gateway.uri("/api/v1/jobs/" + job + "/events"))
              .header("Accept", "text/event-stream")
              .build();
      HttpResponse<InputStream> stream =
          http2.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
      letTheDeadlinePass();
      gateway.jobs.append(job, "late");
      assertThat(lineWith(stream, "late")).isNotNull();
      stream.body().close();
    }
  }

  private static String lineWith(HttpResponse<InputStream> stream, String text) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    String line = lines.readLine();
    while (line != null && !line.contains(text)) {
      line = lines.readLine();
    }
    return line;
  }

  @Test
  void socketsLiveOn() throws IOException {
    try (SocketClient socket = gateway.socket("/api/v1/realtime")) {
      assertThat(socket.ping("before")).isEqualTo("before");
      letTheDeadlinePass();
      letTheDeadlinePass();
      assertThat(socket.ping("after")).isEqualTo("after");
    }
  }

  @Test
  void quietHttp2ConnectionsLiveOn() throws IOException {
    try (RawConnection quiet = new RawConnection(gateway.port())) {
      quiet.send(joined(PREFACE, SETTINGS, frame(1, END, 1, H2_GET)));
      quiet.readFrame(1);
      letTheDeadlinePass();
      quiet.send(frame(6, 0, 0, "0011223344556677"));
      assertThat(quiet.readFrame(6)).startsWith(0x00, 0x11);
    }
  }

  /** As long as it takes to lose a connection that says nothing. */
  private static void letTheDeadlinePass() throws IOException {
    try (RawConnection silent = new RawConnection(gateway.port())) {
      silent.readAll();
    }
  }

  @Test
  void whoFindsNoRoomIsToldAndThereIsRoomAgain() throws Exception {
    Limits limits = new Limits(3, Duration.ofSeconds(20));
    try (GatewayFixture small = open(folder.resolve("two"), limits)) {
      List<RawConnection> inside = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawConnection connection = new RawConnection(small.port()).send(GET);
        assertThat(connection.readTo("\"data\"")).startsWith("HTTP/1.1 200");
        inside.add(connection);
      }
      for (int i = 0; i < 20; i++) {
        try (RawConnection late = new RawConnection(small.port()).send(GET)) {
          assertThat(late.readAll())
              .startsWith("HTTP/1.1 503 ")
              .contains("Retry-After: 1\r\n", "Content-Type: application/problem+json\r\n")
              .contains("\"error\":\"too_many_connections\"", "connections.max")
              .contains("\"retry_after_ms\":1000");
        }
      }
      try (RawConnection late = new RawConnection(small.port())) {
        late.send(joined(PREFACE, SETTINGS));
        late.readFrame(4);
        byte[] farewell = late.readFrame(7);
        assertThat(farewell[7]).as("ENHANCE_YOUR_CALM").isEqualTo((byte) 11);
        assertThat(new String(farewell, 8, farewell.length - 8, StandardCharsets.US_ASCII))
            .contains("connections.max");
        late.readAll();
      }
      try (RawConnection silent = new RawConnection(small.port())) {
        assertThat(silent.readAll()).isEmpty();
      }
      assertThat(inside.getFirst().send(GET).readTo("\"data\"")).contains("HTTP/1.1 200");
      inside.removeFirst().close();
      Eventually.eventually("room", () -> isServed(small.port()));
      for (RawConnection connection : inside) {
        connection.close();
      }
    }
  }

  /** Else whoever can open connections could keep all others out with one request each. */
  @Test
  void whoIsSilentForLongMakesRoom() throws Exception {
    try (GatewayFixture small = open(folder.resolve("three"), new Limits(3, HEAD))) {
      List<RawConnection> inside = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawConnection connection = new RawConnection(small.port()).send(GET);
        assertThat(connection.readTo("\"data\"")).startsWith("HTTP/1.1 200");
        inside.add(connection);
      }
      Eventually.eventually("one has been silent for long", () -> isServed(small.port()));
      for (RawConnection connection : inside) {
        connection.close();
      }
    }
  }

  private static boolean isServed(int port) {
    try (RawConnection connection = new RawConnection(port).send(GET)) {
      return connection.readTo("\r\n").startsWith("HTTP/1.1 200");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
