package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole stories of jobs without a ledger, in the events that the original core writes. The table of
 * single events is {@link ProgressSnapshotTest}.
 */
class UntrackedProgressTest {
  private static final String MANIFEST =
      """
      {"workflow":{"steps":[{"id":"read"},{"id":"cook"}],"edges":[{"from":"read","to":"cook"}]}}
      """;

  private static final String BEGUN =
      "job_pending;job_validated;job_scheduled;job_running;workflow_step_ready read;";

  private static final String READ =
      BEGUN
          + "workflow_step_attempt_started read read;sandbox_job_completed read read;"
          + "workflow_step_attempt_completed read read;workflow_step_completed read;";

  /** After each event alone, as a follower of the stream reads it. */
  private static String progress(String script) {
    ObjectNode job = Json.object();
    job.set("manifest", Json.parseObject(MANIFEST, "manifest"));
    JobRecord record = JobRecord.of(JobDetailForm.read(Json.object().set("job", job)));
    JobStory story = new JobStory("j", record);
    String shown = "";
    int seq = 0;
    for (String line : script.split(";")) {
      String[] words = line.strip().split(" ");
      ObjectNode event = Json.object().put("seq", ++seq).put("type", words[0]);
      event.put("timestamp", "2026-06-20T10:%02d:00Z".formatted(seq));
      if (words.length > 1) {
        event.put("step", words[1]);
      }
      if (words.length > 2) {
        event.put("agent_id", words[2]);
      }
      if (words.length > 3) {
        event.put("outcome", words[3]);
      }
      story.add(List.of(Json.write(event)));
      shown = new String(story.progress(record).at(0), StandardCharsets.UTF_8);
    }
    return brief(Json.parseObject(shown, "progress"));
  }

  private static String brief(JsonNode snapshot) {
    List<String> all = new ArrayList<>(List.of(snapshot.path("status").asText()));
    for (JsonNode step : snapshot.path("steps")) {
      List<String> agents = new ArrayList<>();
      step.path("agents").forEach(agent -> agents.add(agent.path("status").asText()));
      all.add(step.path("status").asText() + agents);
    }
    return String.join(" ", all) + " " + snapshot.path("current_step_id").asText();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          first step done   | READ                                                                        | running done[done] pending[pending] read
          second at work    | READ; workflow_step_attempt_started cook cook                               | running done[done] running[running] cook
          to be tried again | READ; workflow_step_attempt_started cook cook; workflow_step_attempt_retry_scheduled cook cook | running done[done] retry_wait[retry_wait] cook
          tried again       | READ; workflow_step_attempt_retry_scheduled cook cook; workflow_step_attempt_started cook cook | running done[done] running[running] cook
          tried in vain     | READ; workflow_step_attempt_timed_out cook cook; workflow_step_failed cook; job_failed | failed done[done] failed[failed] read
          second is skipped | READ; workflow_step_skipped cook; job_completed                             | completed done[done] skipped[skipped] read
          partly done       | READ; workflow_step_partial cook; job_completed                             | completed done[done] partial[partial] read
          blocked           | BEGUN; workflow_step_attempt_started read read; workflow_step_blocked cook  | running running[running] blocked[pending] read
          no more blocked   | READ; workflow_step_blocked cook; workflow_step_attempt_started cook cook   | running done[done] running[running] cook
          paused            | READ; workflow_step_attempt_started cook cook; job_pausing; job_paused      | paused done[done] paused[paused] cook
          resumed           | READ; workflow_step_attempt_started cook cook; job_paused; job_resumed      | running done[done] running[running] cook
          cancelled at work | READ; workflow_step_attempt_started cook cook; job_cancelling; job_cancelled | cancelled done[done] cancelled[cancelled] cook
          scattered         | READ; workflow_step_skipped cook cook mapped; workflow_step_attempt_started cook[0] cook; workflow_step_completed cook[0] cook; workflow_step_attempt_started cook[1] cook | running done[done] running[done, running] cook
          gathered          | READ; workflow_step_attempt_started cook[0] cook; workflow_step_attempt_started cook[1] cook; workflow_step_completed cook[1] cook; workflow_step_completed cook[0] cook | running done[done] done[done, done] cook
          one is tried again| READ; workflow_step_attempt_started cook[0] cook; workflow_step_attempt_started cook[1] cook; workflow_step_attempt_retry_scheduled cook[1] cook | running done[done] running[running, retry_wait] cook
          """)
  void aJobOfAnotherRuntime(String name, String script, String expected) {
    String whole = script.replace("READ;", READ).replace("READ", READ).replace("BEGUN;", BEGUN);

    assertThat(progress(whole)).isEqualTo(expected);
  }
}
