package io.mirrorneuron.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.config.ServiceSettings;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceSamples;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.runtime.service.Prober.ProbeResult;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Asks real listeners, which change their mind or mean harm. */
class ProberIT {
  private static Listeners listeners;
  private static int http;
  private static int grpc;

  @BeforeAll
  static void listen() {
    listeners = new Listeners();
    http = listeners.http();
    grpc = listeners.grpc();
  }

  @AfterAll
  static void stop() {
    listeners.close();
  }

  private static ProbeResult ask(int port, String check) {
    return ask(port, check, null, null);
  }

  private static ProbeResult ask(int port, String check, Prober.Scripts scripts, Path folder) {
    ServiceDefinition service = ServiceSamples.service("{'name':'s','port':%d}".formatted(port));
    try (Prober prober =
        new Prober(
            listeners.vertx(),
            AddressGuard.of(AddressGuard.Purpose.CHECK, new OwnPorts(), List.of()),
            scripts)) {
      return prober.ask(
          ServiceSamples.check(check), new CheckTarget(service, Set.of(port), folder));
    }
  }

  private static void fails(ProbeResult result, String message) {
    assertThat(result.ok()).isFalse();
    assertThat(result.message()).contains(message);
  }

  @Test
  void httpFollowsTheStatus() {
    listeners.well(true);
    assertThat(ask(http, "{'type':'http'}").ok()).isTrue();
    listeners.well(false);
    fails(ask(http, "{'type':'http'}"), "status 500, not 200-399");
    assertThat(ask(http, "{'type':'http','expected_status':['500..599']}").ok()).isTrue();
    listeners.well(true);
    fails(ask(http, "{'type':'http','expected_status':204}"), "status 200, not 204");
  }

  @Test
  void httpLooksIntoTheBody() {
    listeners.well(true);
    assertThat(ask(http, "{'type':'http','contains':'is well'}").ok()).isTrue();
    fails(ask(http, "{'type':'http','contains':'is ill'}"), "does not contain");
  }

  @Test
  void httpSendsWhatItsAuthorWrote() {
    String check =
        "{'type':'http','path':'/echo','method':'PUT','headers':{'x-token':'t'},'body':'b',"
            + "'contains':'PUT 127.0.0.1:%d t b'}";
    assertThat(ask(http, check.formatted(http)).ok()).isTrue();
  }

  /** As a name server has it that writes ::ffff:127.0.0.1 into an AAAA. */
  @Test
  void aNameThatHidesThisMachineIsAskedAtPortsOfTheManifestOnly() {
    listeners.well(true);
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 127;
    mapped[15] = 1;
    Names.Resolver sly =
        host -> new InetAddress[] {Inet6Address.getByAddress("sly.example", mapped, -1)};
    ServiceDefinition service =
        ServiceSamples.service("{'name':'s','address':'sly.example','port':%d}".formatted(http));
    int before = listeners.asked();
    try (Prober prober =
        new Prober(
            listeners.vertx(),
            new AddressGuard(
                AddressGuard.Purpose.CHECK,
                sly,
                new OwnPorts(),
                new ServiceSettings.Reach(List.of(), true)),
            null)) {
      for (String type : List.of("http", "tcp", "grpc")) {
        fails(
            prober.ask(
                ServiceSamples.check("{'type':'%s'}".formatted(type)),
                new CheckTarget(service, Set.of(), null)),
            "not asked: port " + http + " of this machine is not one");
      }
      assertThat(listeners.asked()).isEqualTo(before);
      assertThat(
              prober
                  .ask(
                      ServiceSamples.check("{'type':'http'}"),
                      new CheckTarget(service, Set.of(http), null))
                  .ok())
          .isTrue();
    }
  }

  @Test
  void redirectsAreNotFollowed() {
    assertThat(ask(http, "{'type':'http','path':'/redirect','expected_status':302}").ok()).isTrue();
    fails(
        ask(http, "{'type':'http','path':'/redirect','expected_status':200}"),
        "status 302, not 200");
  }

  @Test
  void ofAnEndlessBodyLittleIsRead() {
    assertThat(ask(http, "{'type':'http','path':'/endless'}").ok()).isTrue();
    fails(ask(http, "{'type':'http','path':'/endless','contains':'x'}"), "does not contain");
  }

  @Test
  void whoIsSlowOrSilentHasItsTimeoutAndNoMore() {
    for (String path : List.of("/silent", "/drip")) {
      ProbeResult result =
          ask(http, "{'type':'http','path':'%s','contains':'y','timeout_ms':300}".formatted(path));
      fails(result, "no answer within 300 ms");
      assertThat(result.durationMs()).isBetween(250L, 5000L);
    }
  }

  @Test
  void grpcFollowsTheHealthService() {
    listeners.well(true);
    assertThat(ask(grpc, "{'type':'grpc'}")).matches(ProbeResult::ok);
    listeners.well(false);
    fails(ask(grpc, "{'type':'grpc'}"), "it says that it is NOT_SERVING");
    listeners.well(true);
    fails(ask(http, "{'type':'grpc'}"), "the answer is not one of gRPC");
  }

  @Test
  void grpcHasADeadline() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ProbeResult result = ask(mute.getLocalPort(), "{'type':'grpc','timeout_ms':300}");
      assertThat(result.ok()).isFalse();
      assertThat(result.durationMs()).isBetween(250L, 5000L);
    }
  }

  @Test
  void tcpFollowsTheListener() throws IOException {
    ServerSocket open = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = open.getLocalPort();
    assertThat(ask(port, "{'type':'tcp'}").ok()).isTrue();
    open.close();
    fails(ask(port, "{'type':'tcp'}"), "no connection: ");
  }

  @Test
  void scriptsNeedTheOperatorsWord() {
    fails(ask(http, "{'type':'script','script':['true']}"), "MN_CORE_ALLOW_SCRIPT_CHECKS");
  }

  @Test
  void scriptsGetWhatTheyCheckAndNoShell(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("x"), "");
    Prober.Scripts scripts =
        (command, where, variables, limit) -> {
          assertThat(command).containsExactly("check", "$HOME;", "b");
          assertThat(where).isEqualTo(folder);
          assertThat(variables)
              .containsEntry("MN_SERVICE_NAME", "s")
              .containsEntry("MN_SERVICE_ADDRESS", "127.0.0.1")
              .containsEntry("MN_SERVICE_PORT", Integer.toString(http));
          return null;
        };
    String check = "{'type':'script','script':['check','$HOME;'],'args':['b']}";
    assertThat(ask(http, check, scripts, folder).ok()).isTrue();
  }

  /** A server of HTTP/1.0 that sends part of a body and hangs up with its answer to come. */
  private static void cutShort(ServerSocket endpoint) {
    while (!endpoint.isClosed()) {
      try (Socket socket = endpoint.accept()) {
        socket.getInputStream().read(new byte[4096]);
        socket
            .getOutputStream()
            .write(
                "HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\nis well"
                    .getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  @Test
  void anAnswerOfWhichEnoughWasReadIsNoErrorInTheLog() throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger("io.vertx.core.http");
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (ServerSocket endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> cutShort(endpoint));
      for (int i = 0; i < 20; i++) {
        assertThat(ask(endpoint.getLocalPort(), "{'type':'http'}").ok()).isTrue();
        assertThat(ask(endpoint.getLocalPort(), "{'type':'http','contains':'is well'}").ok())
            .isTrue();
        assertThat(ask(http, "{'type':'http','path':'/endless'}").ok()).isTrue();
      }
      // Closing a prober closes its connections, so all has been said.
      assertThat(said.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    } finally {
      logger.detachAppender(said);
    }
  }

  /** Answers whoever asks with the same bytes, and hangs up. */
  private static void answer(ServerSocket endpoint, byte[] bytes) {
    while (!endpoint.isClosed()) {
      try (Socket socket = endpoint.accept()) {
        socket.setSoLinger(bytes.length == 0, 0); // an answer of nothing is a reset
        socket.getInputStream().read(new byte[4096]);
        socket.getOutputStream().write(bytes);
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\033]0;owned\007\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \033]0;owned\007\r\n\r\n",
        "\033]0;owned\007\r\n\r\n",
        "HTTP/1.1 200 \033[31m\r\nA\007: \033]\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: BIG\r\n\r\n",
        "",
      })
  void aBadAnswerIsToldAsOneAndNothingOfItIsInTheLog(String bytes) throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger("io");
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    byte[] answer = bytes.replace("BIG", "a".repeat(20_000)).getBytes(StandardCharsets.UTF_8);
    try (ServerSocket endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answer(endpoint, answer));
      for (String check : List.of("{'type':'http','contains':'x'}", "{'type':'grpc'}")) {
        for (int i = 0; i < 5; i++) {
          ProbeResult result = ask(endpoint.getLocalPort(), check);
          fails(result, "bad answer: ");
          assertThat(result.message()).matches("[\\x20-\\x7e]{1,300}");
        }
      }
      assertThat(said.list)
          .extracting(ILoggingEvent::toString, ILoggingEvent::getLoggerName)
          .isEmpty();
    } finally {
      logger.detachAppender(said);
    }
  }

  @Test
  void anAddressOfACheckIsJudged() {
    fails(ask(http, "{'type':'http','url':'http://169.254.169.254/'}"), "not asked: ");
    fails(ask(http, "{'type':'http','url':'http://[::ffff:127.0.0.1]:1/'}"), "not asked: ");
    fails(ask(http, "{'type':'http','url':'http://me@127.0.0.1/'}"), "not asked: ");
    fails(ask(http, "{'type':'tcp','address':'2852039166','port':80}"), "not asked: ");
    fails(ask(http, "{'type':'grpc','port':1}"), "not asked: port 1 of this machine");
  }
}
