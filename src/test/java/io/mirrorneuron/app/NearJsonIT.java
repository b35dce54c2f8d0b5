package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that prints what is nearly JSON: its author is told wherever one may look. */
class NearJsonIT {
  private static final String TOLD =
      "its output is taken as text, and it looks like a dict of Python: print json.dumps(value) instead";

  @TempDir static Path home;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String manifest(String more) {
    return """
        {"name": "near", "steps": [
          {"id": "sum", "run": ["echo", "{'text': 'it is'}"]%s},
          {"id": "next", "run": ["sh", "-c", "cat $MN_INPUT_FILE"]}]}
        """
        .formatted(more);
  }

  private static String ended(MirrorNeuron client, String manifest) throws InterruptedException {
    String job = client.jobs().submit(Submission.of(manifest)).jobId();
    client.waitForJob(job, Duration.ofSeconds(60));
    return job;
  }

  @Test
  void isTextWithAWarning() throws Exception {
    try (MirrorNeuron client = server.overGrpc()) {
      String job = ended(client, manifest(""));

      Why why = client.jobs().why(job);
      assertThat(why.status()).isEqualTo("completed");
      assertThat(why.explanations())
          .anySatisfy(
              one -> {
                assertThat(one.cause()).isEqualTo("output");
                assertThat(one.text()).isEqualTo("step sum is done; " + TOLD);
              });
      JsonNode result = client.waitForJob(job, Duration.ofSeconds(5)).result();
      assertThat(result.toString()).contains("{'text': 'it is'}");
      assertThat(Json.write(client.jobs().events(job, 0, 100)))
          .contains("program_output_warning", TOLD);
      String logs = new Shell(Main::commandLine, home).run("job", "logs", job).out();
      assertThat(logs).contains(TOLD);
    }
  }

  @Test
  void isAFailureWhereJsonIsAskedFor() throws Exception {
    try (MirrorNeuron client = server.overGrpc()) {
      String job = ended(client, manifest(", \"output\": \"json\""));

      Why why = client.jobs().why(job);
      assertThat(why.status()).isEqualTo("failed");
      assertThat(Json.write(client.jobs().events(job, 0, 100)))
          .contains(
              "output: json asks for JSON, and what it printed looks like a dict of Python: print json.dumps(value) instead");
      String good = manifest(", \"output\": \"json\"").replace("{'text': 'it is'}", "[1]");
      assertThat(client.jobs().why(ended(client, good)).status()).isEqualTo("completed");
    }
  }
}
