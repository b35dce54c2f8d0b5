package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mirrorneuron.testing.HostileWeb;
import io.mirrorneuron.testing.HostileWeb.Exchange;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A hostile page in a real browser against a server as it is by default: it tries every operation
 * of the contract that changes anything, and every socket, in each way that browsers let pages send
 * something to other sites.
 */
@Proof.Limits
class BrowserAttacksE2E {
  @TempDir static Path folder;
  private static PackagedServer server;

  @BeforeAll
  static void start() {
    server = PackagedServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"chromium", "firefox-esr"})
  void aPageOfAnotherSiteChangesNothing(String browser) throws Exception {
    int port = URI.create("http://" + server.api()).getPort();
    List<Exchange> exchanges =
        visit(browser, "http://evil.example/attack", "http://localhost:" + port);
    assertNothingHappened(exchanges, 403);
    assertThat(exchanges)
        .as("the browser said where the page is from")
        .filteredOn(exchange -> !exchange.isSafe())
        .allMatch(exchange -> exchange.origin() != null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"chromium", "firefox-esr"})
  void aPageWhoseNameComesToMeanThisMachineReadsAndChangesNothing(String browser) throws Exception {
    int port = URI.create("http://" + server.api()).getPort();
    String site = "http://rebind.evil.example:" + port;
    List<Exchange> exchanges = visit(browser, site + "/attack", site);
    assertNothingHappened(exchanges, 421);
    assertThat(exchanges).as("reads too").allMatch(exchange -> exchange.status() == 421);
  }

  private static void assertNothingHappened(List<Exchange> exchanges, int status) throws Exception {
    assertThat(exchanges)
        .filteredOn(exchange -> !exchange.isSafe())
        .as("the page had its way to the server")
        .hasSizeGreaterThan(100)
        .allMatch(exchange -> exchange.status() == status);
    assertThat(exchanges)
        .as("sockets and preflights")
        .filteredOn(exchange -> exchange.isSafe() && !exchange.path().equals("/favicon.ico"))
        .isNotEmpty()
        .noneMatch(exchange -> exchange.status() < 400);
    assertThat(server.get("/jobs?include_terminal=true").path("data")).isEmpty();
    Path staged = folder.resolve("home/uploads/bundles");
    try (Stream<Path> uploads = Files.exists(staged) ? Files.list(staged) : Stream.empty()) {
      assertThat(uploads).isEmpty();
    }
  }

  /** Lets the browser look at the page until it has tried everything. */
  private static List<Exchange> visit(String browser, String page, String target) throws Exception {
    assumeTrue(isInstalled(browser), browser + " is not installed: apt-get install " + browser);
    int port = URI.create("http://" + server.api()).getPort();
    Path profile = Files.createTempDirectory(folder, "profile");
    try (HostileWeb web = new HostileWeb(port, page(target))) {
      Process process =
          new ProcessBuilder(command(browser, profile, web.port(), page))
              .redirectErrorStream(true)
              .redirectOutput(profile.resolve("browser.log").toFile())
              .start();
      try {
        return web.exchanges();
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> command(String browser, Path profile, int proxy, String page)
      throws IOException {
    if (browser.equals("chromium")) {
      return List.of(
          "chromium",
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          // The newest browsers ask their user first; this one lets the page through to us.
          "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
          "--proxy-server=http://127.0.0.1:" + proxy,
          "--proxy-bypass-list=<-loopback>",
          "--remote-debugging-port=0",
          "--user-data-dir=" + profile,
          page);
    }
    List<String> settings = new ArrayList<>();
    settings.add("user_pref('network.proxy.type', 1);");
    settings.add("user_pref('network.proxy.http', '127.0.0.1');");
    settings.add("user_pref('network.proxy.http_port', " + proxy + ");");
    settings.add("user_pref('network.proxy.ssl', '127.0.0.1');");
    settings.add("user_pref('network.proxy.ssl_port', " + proxy + ");");
    settings.add("user_pref('network.proxy.no_proxies_on', '');");
    settings.add("user_pref('network.proxy.allow_hijacking_localhost', true);");
    settings.add("user_pref('network.captive-portal-service.enabled', false);");
    settings.add("user_pref('network.connectivity-service.enabled', false);");
    settings.add("user_pref('network.lna.blocking', false);");
    settings.add("user_pref('app.update.enabled', false);");
    settings.add("user_pref('browser.shell.checkDefaultBrowser', false);");
    settings.add("user_pref('datareporting.policy.dataSubmissionEnabled', false);");
    settings.add("user_pref('toolkit.telemetry.enabled', false);");
    Files.write(profile.resolve("user.js"), settings);
    return List.of(
        "firefox-esr", "--headless", "--no-remote", "--profile", profile.toString(), page);
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** The hostile page, aimed at every operation. */
  private static String page(String target) throws IOException {
    ArrayNode calls = Json.MAPPER.createArrayNode();
    ArrayNode sockets = Json.MAPPER.createArrayNode();
    for (PublishedContract.Operation operation : PublishedContract.read().operations()) {
      String path = "/api/v1" + operation.path().replaceAll("\\{\\w+}", "1");
      if (operation.isSocket()) {
        sockets.add(path);
      } else if (!Set.of("GET", "HEAD").contains(operation.method())) {
        calls.addObject().put("method", operation.method()).put("path", path);
      } else if (target.contains("evil")) { // where the page could read the answer
        calls.addObject().put("method", "GET").put("path", path);
      }
    }
    try (InputStream page = BrowserAttacksE2E.class.getResourceAsStream("/attack.html")) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8)
          .replace("'%TARGET%'", "'" + target + "'")
          .replace("'%CALLS%'", Json.write(calls))
          .replace("'%SOCKETS%'", Json.write(sockets));
    }
  }
}
