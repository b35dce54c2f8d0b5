package io.mirrorneuron.gateway.answer;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.mirrorneuron.gateway.answer.Problems.LoggedRequest;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.WithSharedGateway;
import io.mirrorneuron.wire.Json;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses of webhooks are secrets: no line of the log has one. */
class LoggedRequestIT extends WithSharedGateway {
  private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> capture =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(event);
        }
      };
  private final Logger log = (Logger) org.slf4j.LoggerFactory.getLogger("io.mirrorneuron");
  private String path;

  @BeforeEach
  void listen() throws Exception {
    path =
        Json.parse(
                gateway
                    .post("/api/v1/webhooks", "{\"name\":\"shop\",\"signature\":\"none\"}")
                    .body())
            .path("path")
            .asText();
    assertThat(path).startsWith("/api/v1/hooks/");
    capture.start();
    log.addAppender(capture);
    log.setLevel(Level.DEBUG);
  }

  @AfterEach
  void leave() {
    gateway.events.trouble = null;
    log.detachAppender(capture);
    log.setLevel(null);
  }

  private String token() {
    return path.substring("/api/v1/hooks/".length());
  }

  private ILoggingEvent line(String part) {
    eventually(
        "a line with " + part,
        () -> lines.toString(),
        seen -> lines.stream().anyMatch(line -> line.getFormattedMessage().contains(part)));
    assertThat(lines.toString()).doesNotContain(token());
    return lines.stream()
        .filter(line -> line.getFormattedMessage().contains(part))
        .findFirst()
        .orElseThrow();
  }

  private String send(String to) throws Exception {
    return gateway
        .send(HttpRequest.newBuilder(gateway.uri(to)).POST(BodyPublishers.ofString("{}")).build())
        .body();
  }

  @Test
  void aSenderWhoHangsUpIsNoErrorAndKeepsItsAddressSecret() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(10_000);
      String head =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n";
      socket.getOutputStream().write(head.formatted(path).getBytes());
      String waitedFor =
          new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(waitedFor).isEqualTo("HTTP/1.1 100");
      socket.getOutputStream().write("{\"half\":".getBytes());
    }
    ILoggingEvent left = line("POST /api/v1/hooks/…: the caller has gone");
    assertThat(left.getLevel()).isEqualTo(Level.DEBUG);
    assertThat(left.getThrowableProxy()).isNull();
    assertThat(lines).noneMatch(line -> line.getLevel().isGreaterOrEqual(Level.WARN));
  }

  @Test
  void whatThereIsNoRoomForIsToldWithoutTheAddress() throws Exception {
    gateway.events.trouble = MnException.unavailable("too many of this kind", null);
    assertThat(send(path)).contains("too many of this kind").doesNotContain(token());
    ILoggingEvent refused = line("POST /api/v1/hooks/…: too many of this kind");
    assertThat(refused.getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void aFaultOfTheServerIsToldWithoutTheAddress() throws Exception {
    gateway.events.trouble = new IllegalStateException("broken");
    assertThat(send(path)).doesNotContain(token());
    assertThat(line("POST /api/v1/hooks/… failed").getLevel()).isEqualTo(Level.ERROR);
  }

  @Test
  void anotherSpellingOfTheAddressIsNoLeakEither() throws Exception {
    gateway.events.trouble = MnException.unavailable("too many of this kind", null);
    assertThat(send(path.replace("hooks", "%68ooks"))).contains("too many of this kind");
    line("POST /api/v1/hooks/…: too many of this kind");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/hooks/abc, /api/v1/hooks/…",
    "/api/v1/Hooks/abc/, /api/v1/Hooks/…",
    "/api/v1/hooks%2Fabc, /api/v1/hooks/…",
    "/api/v1/hooks//abc/hooks/d, /api/v1/hooks/…",
    "/api/v1/webhooks, /api/v1/webhooks",
    "/api/v1/jobs/hooks, /api/v1/jobs/hooks",
  })
  void whatFollowsHooksIsLeftOut(String path, String reported) {
    assertThat(LoggedRequest.withoutToken(path)).isEqualTo(reported);
  }
}
