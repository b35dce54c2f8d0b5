package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In whose name {@code mn human} acts, before a server whose token is that of boss. */
class HumanNameTest {
  private static final String USER = System.getProperty("user.name");

  @TempDir Path home;
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange call) throws IOException {
    String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean isEffect = call.getRequestMethod().equals("POST");
    boolean isOther = body.contains("\"by\"");
    if (isEffect) {
      sent.add(body);
    }
    String effect =
        isOther
            ? "{\"error\":\"not_you\",\"detail\":\"the token is that of boss\"}"
            : "{\"type\":\"human_notice_acknowledged\",\"payload\":{\"notice_id\":\"n\",\"by\":\"boss\"}}";
    byte[] answer = (isEffect ? effect : "{\"data\":[]}").getBytes(StandardCharsets.UTF_8);
    call.getResponseHeaders().set("Content-Type", "application/json");
    call.sendResponseHeaders(isEffect && isOther ? 403 : 200, answer.length);
    call.getResponseBody().write(answer);
    call.close();
  }

  private Ended ack(String... more) {
    String[] command = {
      "human", "ack", "r", "n", "--api", "http://127.0.0.1:" + server.getAddress().getPort()
    };
    String[] whole = Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, whole, command.length, more.length);
    return new Shell(Main::commandLine, home).run(whole);
  }

  @Test
  void theUserOfTheSystemActsUnlessTheTokenIsThatOfSomebody() {
    assertThat(ack()).isEqualTo(new Ended(0, "n: acknowledged by boss\n", ""));
    assertThat(sent).containsExactly("{\"by\":\"" + USER + "\"}", "{}");
  }

  @Test
  void aNameThatWasGivenIsNotTakenBack() {
    assertThat(ack("--by", "ada").exitCode()).isEqualTo(1);
    assertThat(sent).containsExactly("{\"by\":\"ada\"}");
  }
}
