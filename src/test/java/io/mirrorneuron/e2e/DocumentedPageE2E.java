package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page of {@code docs/runs.md} in a real browser: it shows a run to its end, with a token that
 * is no long one in its address. Beside it a stream that nobody closes, which the browser must give
 * up by itself.
 */
@Proof.Limits
@Timeout(180)
class DocumentedPageE2E {
  private static final String TOKEN = "t0ken-of-the-page";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String MANIFEST =
      """
      {"name": "shown", "steps": [{"id": "say", "run": ["echo", "hello to a page"]}]}""";

  /** Fills in the form, and tells what the page shows. */
  private static final String DRIVER =
      """
      <script type="module">
        const form = document.querySelector("form");
        [form.server.value, form.run.value, form.token.value] = ["%1$s", "%2$s", "%3$s"];
        form.requestSubmit();
        const tell = body => fetch("/told", { method: "POST", body });
        setInterval(() => tell(document.querySelector("pre").textContent), 200);
        const headers = { Authorization: "Bearer %3$s" };
        const made = await fetch("%1$s/runs/%2$s/stream-token", { method: "POST", headers });
        const left = new EventSource("%1$s/runs/%2$s/stream?token=" + (await made.json()).token);
        left.onerror = () => left.readyState === EventSource.CLOSED && tell("the browser gave up");
      </script>
      """;

  @TempDir Path folder;
  private volatile String shown = "";
  private volatile boolean hasGivenUp;

  @Test
  void theDocumentedPageShowsARunToItsEnd() throws Exception {
    boolean isThere =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "chromium")));
    assumeTrue(isThere, "chromium is not installed: apt-get install chromium");
    HttpServer site =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String origin = "http://localhost:" + site.getAddress().getPort();
    Map<String, String> settings =
        Map.of("MN_API_TOKEN", TOKEN, "MN_API_CORS_ALLOW_ORIGINS", origin);
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"), settings)) {
      String run = "run-" + server.submit(MANIFEST);
      String api = "http://" + server.api() + "/api/v1";
      String page = documented() + DRIVER.formatted(api, run, TOKEN);
      site.createContext("/", exchange -> answer(exchange, page));
      site.start();
      Process browser = browse(origin + "/page");
      try {
        eventually(
            "the page shows the run to its end",
            PATIENCE,
            () -> shown.contains("the run is over") && hasGivenUp);
      } finally {
        browser.descendants().forEach(ProcessHandle::destroyForcibly);
        browser.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
      assertThat(shown).contains("logs hello to a page").doesNotContain("cannot follow");
      assertThat(shown.split("the run is over", -1)).hasSize(2);
    } finally {
      site.stop(0);
    }
  }

  private static String documented() throws IOException {
    Matcher page =
        Pattern.compile("(?s)```html\n(.*?)```")
            .matcher(Files.readString(Path.of("docs", "runs.md")));
    assertThat(page.find()).isTrue();
    return page.group(1);
  }

  private void answer(HttpExchange exchange, String page) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (body.equals("the browser gave up")) {
      hasGivenUp = true;
    } else if (!body.isEmpty()) {
      shown = body;
    }
    byte[] content = page.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, content.length);
    try (exchange) {
      exchange.getResponseBody().write(content);
    }
  }

  private Process browse(String page) throws IOException {
    Path profile = Files.createTempDirectory(folder, "profile");
    return new ProcessBuilder(
            List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                page))
        .redirectErrorStream(true)
        .redirectOutput(profile.resolve("browser.log").toFile())
        .start();
  }
}
