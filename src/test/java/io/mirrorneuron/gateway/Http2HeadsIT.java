package io.mirrorneuron.gateway;

import static io.mirrorneuron.testing.RawConnection.PREFACE;
import static io.mirrorneuron.testing.RawConnection.SETTINGS;
import static io.mirrorneuron.testing.RawConnection.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawConnection;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A head of HTTP/2 that may mean two things is refused as one of HTTP/1.1 is. */
class Http2HeadsIT {
  private static final int HEADERS = 1;
  private static final int DATA = 0;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final String PATH = "/api/v1/jobs";

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.open(folder, null);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** {@code GET} of plain HTTP. */
  private static String get(String path, String... further) {
    return head(":method", "GET", ":scheme", "http", ":path", path) + head(further);
  }

  /** Names and values as HPACK has them where nothing was said before. */
  private static String head(String... namesAndValues) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      hex.append("00").append(text(namesAndValues[i])).append(text(namesAndValues[i + 1]));
    }
    return hex.toString();
  }

  private static String text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return "%02x".formatted(bytes.length) + HexFormat.of().formatHex(bytes);
  }

  static Stream<Arguments> bad() {
    String[] here = {":authority", "localhost"};
    return Stream.of(
        arguments("no host", get(PATH), ":authority"),
        arguments("Host alone", get(PATH, "host", "localhost"), ":authority"),
        arguments("two hosts", get(PATH, "host", "localhost", "host", "evil.test"), ":authority"),
        arguments(
            "two hosts besides",
            get(PATH, ":authority", "localhost", "host", "localhost", "host", "localhost"),
            "Host is there twice"),
        arguments("absolute target", get("http://evil.test" + PATH, here), "begins with a slash"),
        arguments("target with a fragment", get(PATH + "#x", here), "begins with a slash"),
        arguments("target with a blank", get(PATH + " x", here), "begins with a slash"),
        arguments("asterisk", get("*", here), "begins with a slash"),
        arguments("tunnel", head(":method", "CONNECT", ":authority", "x:1"), "no proxy"),
        arguments(
            "two types",
            get(PATH, ":authority", "localhost", "content-type", "a/b", "content-type", "a/c"),
            "Content-Type is there twice"),
        arguments(
            "two tokens",
            get(PATH, ":authority", "localhost", "authorization", "x", "authorization", "y"),
            "Authorization is there twice"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void isRefused(String what, String head, String why) throws IOException {
    JsonNode problem = Json.parse(answer(head));

    assertThat(problem.path("status").asInt()).as(problem.toString()).isEqualTo(400);
    assertThat(problem.path("error").asText()).isEqualTo("malformed_request");
    assertThat(problem.path("detail").asText()).contains(why);
    assertThat(problem.path("request_id").asText()).isNotEmpty();
  }

  @Test
  void isServed() throws IOException {
    for (String host : new String[] {"localhost", "127.0.0.1:80", "[::1]:54001", "LOCALHOST"}) {
      assertThat(answer(get(PATH, ":authority", host))).contains("\"data\"");
      assertThat(answer(get(PATH, ":authority", host, "host", host))).contains("\"data\"");
    }
  }

  /** Of the body, as a text. */
  private static String answer(String head) throws IOException {
    try (RawConnection connection = new RawConnection(gateway.port())) {
      connection.send(PREFACE).send(SETTINGS);
      connection.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, head));
      return new String(connection.readFrame(DATA), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aBodyThatIsShorterThanWasSaidIsNoErrorOfThisServer() throws IOException {
    String head =
        head(":method", "POST", ":scheme", "http", ":path", PATH, ":authority", "localhost")
            + head("content-type", "application/json", "content-length", "10");
    ListAppender<ILoggingEvent> reported = new ListAppender<>();
    reported.start();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(reported);
    try (RawConnection connection = new RawConnection(gateway.port())) {
      connection.send(PREFACE).send(SETTINGS);
      connection.send(frame(HEADERS, END_HEADERS, 1, head));
      connection.send(frame(DATA, END_STREAM, 1, "7b7d"));
      connection.readFrame(3); // the stream is reset
      connection.send(frame(HEADERS, END_STREAM | END_HEADERS, 3, get(PATH, ":authority", "x")));
      connection.readFrame(DATA); // what was told of the first stream has been told
      assertThat(reported.list).noneMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN));
    } finally {
      root.detachAppender(reported);
    }
    assertThat(gateway.jobs.submissions()).isEmpty();
  }
}
