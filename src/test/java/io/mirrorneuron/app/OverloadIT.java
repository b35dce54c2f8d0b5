package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose limit of memory is passed by any machine. What the measures say is the matter of
 * LoadAdmissionTest.
 */
@Timeout(120)
@Proof.Limits
class OverloadIT {
  private static final String MANIFEST = SampleManifests.routers("some", 2);
  private static final String REASON = "resource_overloaded: memory=0.";

  @Test
  void bothDoorsRefuseNewWorkAndStoreNothing(@TempDir Path home) throws Exception {
    try (WholeServer server =
            WholeServer.start(
                home,
                Map.of(
                    "resource.admission_enabled",
                    "true",
                    "max_memory_ratio",
                    "0.001",
                    "max_cpu_load_ratio",
                    "1000000"));
        MirrorNeuron mn = server.overGrpc();
        HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> refused = post(http, server, "{\"manifest_json\":" + MANIFEST + "}");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).contains("10");
      assertThat(refused.body())
          .contains("\"error\":\"resource_overloaded\"", "\"detail\":\"" + REASON)
          .contains(" threshold=0.001");

      MnException reported = refusal(mn.jobs(), MANIFEST);
      assertThat(reported.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(reported.error()).isEqualTo("resource_overloaded");
      assertThat(reported.retryAfterMs()).isEqualTo(10_000);
      assertThat(reported).hasMessageStartingWith(REASON);

      // Before the manifest is looked at, as the contract has it.
      assertThat(refusal(mn.jobs(), "{}")).hasMessageStartingWith(REASON);
      assertThat(server.jobs().list(10, true).data()).isEmpty();
      assertThat(files(home.resolve("bundles"))).isEmpty();
      assertThat(files(home.resolve("runs"))).isEmpty();
      Path manifest = Files.writeString(home.resolve("some.json"), MANIFEST);
      Shell shell = new Shell(Main::commandLine, home);
      String target = shell.run("resource", "ports").json().at("/ports/1/target").asText();
      for (String command : List.of("run %s --detached", "job submit %s")) {
        for (String endpoint : List.of("", " --target " + target)) {
          Ended ended = shell.run((command.formatted(manifest) + endpoint).split(" "));
          assertThat(ended.exitCode()).isPositive();
          assertThat(ended.err())
              .contains(REASON)
              .endsWith("; come again in 10 s, or have the operator raise max_memory_ratio\n");
        }
      }
      for (String probe : new String[] {"/health", "/health/ready", "/metrics", "/resource"}) {
        assertThat(get(http, server, probe).statusCode()).as(probe).isEqualTo(200);
      }
    }
  }

  @Test
  void aJobThatIsThereGoesOnAfterARestartUnderLoad(@TempDir Path home) throws Exception {
    String job;
    try (WholeServer server = WholeServer.start(home)) {
      job =
          server
              .jobs()
              .submit(Submission.of(SampleManifests.program("waits", "sleep", "600")))
              .jobId();
    }
    try (WholeServer server =
        WholeServer.start(
            home,
            Map.of(
                "resource.admission_enabled",
                "true",
                "max_memory_ratio",
                "0.001",
                "max_cpu_load_ratio",
                "1000000"))) {
      assertThat(server.jobs().brief(job).facts().status()).isEqualTo("running");
      assertThat(server.jobs().pause(job, false)).isEqualTo("paused");
      assertThat(server.jobs().resume(job, null)).isEqualTo("resumed");
      assertThat(server.jobs().cancel(job, null, null)).isEqualTo("cancelled");
      assertThat(refusal(server.jobs(), MANIFEST)).hasMessageStartingWith(REASON);
    }
  }

  private static MnException refusal(JobsPort jobs, String manifest) {
    return catchThrowableOfType(MnException.class, () -> jobs.submit(Submission.of(manifest)));
  }

  private static Path[] files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return new Path[0];
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toArray(Path[]::new);
    }
  }

  private static HttpResponse<String> post(HttpClient http, WholeServer server, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(server.uri("/jobs"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(HttpClient http, WholeServer server, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(server.uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
