package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import io.vertx.core.http.HttpServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Addresses in files of programs are asked only where they are of the run itself. */
class ProbeIT extends WithGuardedGateway {
  private Path run;
  private HttpServer page;
  private int port;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void prepare() throws Exception {
    run = gateway.runs.open("r1").path();
    page =
        gateway
            .vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  asked.add(request.path());
                  switch (request.path()) {
                    case "/broken" -> request.response().setStatusCode(503).end();
                    case "/moved" ->
                        request
                            .response()
                            .setStatusCode(302)
                            .putHeader("Location", "/secret")
                            .end();
                    default -> request.response().end("hello");
                  }
                })
            .listen(0, "127.0.0.1")
            .await();
    port = page.actualPort();
  }

  private String status(String url, int recorded) throws Exception {
    RunFiles.write(
        run,
        "job.json",
        "{\"job_id\":\"j\",\"web_ui_service\":{\"port\":%d,\"meta\":{\"url\":\"%s\"}}}"
            .formatted(recorded, url));
    return Json.parse(gateway.get("/api/v1/runs/r1/ui").body()).at("/web_ui/status").asText();
  }

  @Test
  void thePageOfTheRunIsAskedOnceInFiveSeconds() throws Exception {
    String url = "http://127.0.0.1:" + port;

    assertThat(status(url + "/x", port)).isEqualTo("running");
    assertThat(status(url + "/x", port)).isEqualTo("running");
    assertThat(status(url + "/broken", port)).isEqualTo("starting");
    assertThat(status(url + "/moved", port)).isEqualTo("running");
    assertThat(asked).containsExactly("/x", "/broken", "/moved");
    page.close().await();
    assertThat(status(url + "/later", port)).isEqualTo("starting");
  }

  @Test
  void thePortMayBeThatOfThePagesProcess() throws Exception {
    RunFiles.write(run, "web_ui_process.json", "{\"port\":" + port + "}");

    assertThat(status("http://localhost:" + port + "/y", 0)).isEqualTo("running");
  }

  @Test
  void noOtherAddressIsAsked() throws Exception {
    for (String url :
        List.of(
            "http://0.0.0.0:%d/",
            "http://127.1:%d/",
            "http://127.0.0.2:%d/",
            "http://2130706433:%d/",
            "http://0x7f000001:%d/",
            "http://0177.0.0.1:%d/",
            "http://[::ffff:127.0.0.1]:%d/",
            "http://[::]:%d/",
            "http://me@127.0.0.1:%d/",
            "http://127.0.0.1:%d@elsewhere.example/",
            "http://localhost.:%d/",
            "http://elsewhere.example:%d/",
            "http://169.254.169.254:%d/",
            "ftp://127.0.0.1:%d/",
            "file:///etc/passwd?%d",
            "gopher://127.0.0.1:%d/",
            "jar:http://127.0.0.1:%d/!/",
            "//127.0.0.1:%d/",
            "http:127.0.0.1:%d",
            "http://",
            "%d",
            "http://127.0.0.1/%d",
            "http://127.0.0.1:0%d x/")) {
      assertThat(status(url.replace("%d", "" + port), port)).as(url).isEqualTo("available");
    }
    assertThat(status("http://127.0.0.1:" + port + "/", port + 1)).isEqualTo("available");
    assertThat(status("http://127.0.0.1:" + port + "/", 0)).isEqualTo("available");
    assertThat(asked).isEmpty();
  }
}
