package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.Backup;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup is a file that anybody may have changed: the names in it are not proven. */
class BackupNamesIT {
  private static final String FOUR_EYES =
      """
      {"manifest_version":"1.0","graph_id":"pay","nodes":[{"node_id":"ask","agent_type":"human",
        "role":"root","config":{"prompt":"Pay?","four_eyes":true}}]}
      """;

  private static final String TWO_QUESTIONS =
      """
      {"manifest_version":"1.0","graph_id":"two","entrypoints":["ask"],
       "nodes":[{"node_id":"ask","agent_type":"human","role":"root",
                 "config":{"prompt":"Pay?","output_message_type":"paid"}},
                {"node_id":"then","agent_type":"human","config":{"prompt":"Done?"}}],
       "edges":[{"from_node":"ask","to_node":"then","message_type":"paid"}]}
      """;

  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() throws Exception {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static JobsPort jobs() {
    return runtime.jobs();
  }

  @Test
  void onePersonDoesNotPassFourEyesByAnotherNameInABackup() {
    String job = jobs().submit(Submission.of(FOUR_EYES)).jobId();
    String request = asked(job).getLast();
    decide(job, request, "olga", "yes");
    jobs().pause(job, false);
    Backup backup = jobs().backup(job);
    assertThat(backup.json()).contains("olga", "by_verified");

    String copy = restored(backup.json().replace("olga", "boss"), backup);
    jobs().resume(copy);
    decide(copy, request, "olga", "yes");

    assertThat(jobs().get(copy).job().status()).isNotEqualTo("completed");
    assertThatThrownBy(() -> decide(copy, request, "olga", "yes again"))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.error()).isEqualTo("already_approved"));
    decide(copy, request, "zoe", "yes");
    JsonNode answer = runtime.awaitEnd(copy).at("/job/result/output/ask");
    assertThat(answer.path("approved_by").toString()).isEqualTo("[\"olga\",\"zoe\"]");
    jobs().cancel(job);
  }

  @Test
  void nothingInARestoredJobIsProvenWhereverItIsKept() {
    for (String comment : List.of("short", "long ".repeat(20_000))) {
      String job = jobs().submit(Submission.of(TWO_QUESTIONS)).jobId();
      decide(job, asked(job).getFirst(), "olga", comment);
      String second = asked(job).getLast();
      jobs().pause(job, false);
      Backup backup = jobs().backup(job);
      JsonNode blobs = Json.parseObject(backup.json(), "backup").at("/runtime/job/state/blobs");
      assertThat(blobs.isEmpty()).isEqualTo(comment.equals("short"));

      String copy = restored(backup.json(), backup);
      assertThat(eventsOf(job)).contains("\"by_verified\":true");
      assertThat(eventsOf(copy)).doesNotContain("\"by_verified\":true");
      String again = jobs().backup(copy).json().replace("\\", "");
      assertThat(again).contains("\"by_verified\":false").doesNotContain("\"by_verified\":true");
      jobs().resume(copy);
      decide(copy, second, "olga", "yes");
      JsonNode output = runtime.awaitEnd(copy).at("/job/result/output");
      assertThat(output.at("/then/by_verified").asBoolean()).as(output.toString()).isTrue();
      jobs().cancel(job);
    }
  }

  private static String restored(String json, Backup backup) {
    return jobs().restore(new Backup(json, backup.files()), null, null, "olga").jobId();
  }

  private static void decide(String job, String request, String subject, String comment) {
    ObjectNode body = Json.object().put("decision", "approve").put("comment", comment);
    jobs().decide(job, new HumanDecision(RunId.of(job), request, "respond", body, subject));
  }

  private static List<String> asked(String job) {
    return jobs().events(job, 0, 100).events().stream()
        .map(event -> Json.parseObject(event, "event"))
        .filter(event -> event.path("type").asText().equals("human_input_requested"))
        .map(event -> event.at("/payload/request_id").asText())
        .toList();
  }

  private static String eventsOf(String job) {
    return String.join("\n", jobs().events(job, 0, 100).events());
  }
}
