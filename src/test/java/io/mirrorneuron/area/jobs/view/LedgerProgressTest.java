package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.ProgressCheck;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the ledger of a job to its progress, whatever events say of its steps. */
class LedgerProgressTest {
  private static final String TIME = "2026-06-20T10:00:%02d.000Z";

  /** Two steps of an agent each, and one of two agents. */
  private static final String MANIFEST =
      """
      {"workflow":{"steps":[{"id":"read"},{"id":"cook"},{"id":"serve","run":"pair"}],
        "edges":[{"from":"read","to":"cook"},{"from":"cook","to":"serve"}]},
       "runtime":{"bindings":{"pair":{"workers":["w1","w2"]}}}}
      """;

  /**
   * A job with the manifest above.
   *
   * @param steps as {@code id=phase} with blanks between them
   */
  private static ObjectNode job(String status, String steps) {
    ObjectNode job = Json.object().put("status", status).put("submitted_at", TIME.formatted(0));
    job.set("manifest", Json.parseObject(MANIFEST, "manifest"));
    ObjectNode ledger = job.putObject("workflow_state").put("enabled", true);
    for (String step : steps.split(" ")) {
      String[] parts = step.split("=");
      ObjectNode tracked = ledger.withObject("/steps").putObject(parts[0]);
      tracked.put("status", parts[1]);
      if (parts[0].contains("[")) {
        tracked.put("template", parts[0].substring(0, parts[0].indexOf('[')));
      } else if (parts[0].equals("serve")) {
        tracked.putArray("agent_ids").add("w1").add("w2");
      }
    }
    return job;
  }

  private static JsonNode progress(ObjectNode job, String... events) {
    JobRecord record = JobRecord.of(JobDetailForm.read(Json.object().set("job", job)));
    JobStory story = new JobStory("j", record);
    List<String> texts = new ArrayList<>();
    for (String event : events) {
      String[] words = event.split(" ");
      ObjectNode json = Json.object().put("seq", texts.size() + 1).put("type", words[0]);
      json.put("timestamp", TIME.formatted(texts.size() + 1));
      if (words.length > 1) {
        json.put("step", words[1]);
      }
      if (words.length > 2) {
        json.put("agent_id", words[2]);
      }
      texts.add(Json.write(json));
    }
    story.add(texts);
    byte[] shown = story.progress(record).at(0);
    JsonNode snapshot =
        Json.parseObject(new String(shown, StandardCharsets.UTF_8), "progress of a job");
    ProgressCheck.fits(snapshot);
    return snapshot;
  }

  private static String brief(JsonNode snapshot) {
    List<String> steps = new ArrayList<>();
    for (JsonNode step : snapshot.path("steps")) {
      List<String> agents = new ArrayList<>();
      step.path("agents").forEach(agent -> agents.add(agent.path("status").asText()));
      steps.add(step.path("status").asText() + agents);
    }
    return String.join(" ", steps).replace(", ", ",") + " " + snapshot.path("current_step_ids");
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          not begun   | pending   | read=pending cook=pending serve=pending       | pending[pending] pending[pending] pending[pending,pending] ["read"]
          may start   | running   | read=ready cook=pending serve=pending         | ready[ready] pending[pending] pending[pending,pending] ["read"]
          in a queue  | running   | read=queued cook=pending serve=pending        | queued[queued] pending[pending] pending[pending,pending] ["read"]
          at work     | running   | read=completed cook=running serve=pending     | done[done] running[running] pending[pending,pending] ["cook"]
          retry       | running   | read=completed cook=retry_wait serve=pending  | done[done] retry_wait[retry_wait] pending[pending,pending] ["cook"]
          blocked     | running   | read=running cook=blocked serve=pending       | running[running] blocked[blocked] pending[pending,pending] ["read"]
          only blocked| running   | read=ready cook=blocked serve=pending         | ready[ready] blocked[blocked] pending[pending,pending] ["cook"]
          skipped     | running   | read=failed cook=skipped serve=running        | failed[failed] skipped[skipped] running[pending,pending] ["serve"]
          partial     | completed | read=completed cook=partial serve=completed   | done[done] partial[partial] done[done,done] ["serve"]
          paused      | paused    | read=completed cook=running serve=pending     | done[done] paused[paused] pending[pending,pending] ["cook"]
          pausing     | pausing   | read=completed cook=running serve=pending     | done[done] pausing[pausing] pending[pending,pending] ["cook"]
          cancelled   | cancelled | read=completed cook=running serve=pending     | done[done] cancelled[cancelled] cancelled[cancelled,cancelled] ["serve"]
          failed      | failed    | read=completed cook=failed serve=pending      | done[done] failed[failed] failed[failed,failed] ["serve"]
          unheard-of  | running   | read=dreaming cook=pending serve=pending      | pending[pending] pending[pending] pending[pending,pending] ["read"]
          scattered   | running   | read=completed cook=skipped serve=pending cook[0]=completed cook[1]=running | done[done] running[done,running] pending[pending,pending] ["cook"]
          one waits   | running   | read=completed cook=skipped serve=pending cook[0]=completed cook[1]=retry_wait | done[done] retry_wait[done,retry_wait] pending[pending,pending] ["cook"]
          one failed  | running   | read=completed cook=skipped serve=ready cook[0]=completed cook[1]=failed | done[done] failed[done,failed] ready[pending,pending] ["read"]
          all skipped | running   | read=completed cook=skipped serve=ready cook[0]=skipped cook[1]=skipped | done[done] skipped[skipped,skipped] ready[pending,pending] ["read"]
          """)
  void stepsAreAsTheLedgerSays(String name, String status, String steps, String expected) {
    assertThat(brief(progress(job(status, steps)))).isEqualTo(expected);
  }

  /** Whatever they tell of steps, even what cannot be. */
  @ParameterizedTest
  @CsvSource({
    "workflow_step_started cook",
    "workflow_step_completed cook",
    "workflow_step_failed cook",
    "workflow_step_skipped read",
    "workflow_step_attempt_retry_scheduled read read",
    "workflow_step_blocked serve",
    "workflow_step_timed_out cook cook",
    "sandbox_job_failed cook cook",
    "agent_beacon_missed read read",
    "job_paused",
    "job_running"
  })
  void eventsDoNotMoveThem(String event) {
    ObjectNode job = job("running", "read=running cook=pending serve=pending");

    JsonNode snapshot = progress(job, event);

    assertThat(brief(snapshot))
        .startsWith("running[running] pending[pending] pending[pending,pending]");
    assertThat(snapshot.at("/steps/0/started_at").isNull()).isTrue();
    assertThat(snapshot.at("/steps/0/failure").isNull()).isTrue();
  }

  @Test
  void aPhaseThatNobodyKnowsDoesNotGiveTheStepToItsEvents() {
    ObjectNode job = job("running", "read=dreaming cook=pending serve=pending");

    JsonNode step = progress(job, "workflow_step_failed read").at("/steps/0");

    assertThat(step.path("status").asText()).isEqualTo("pending");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "running   | agent_beacon serve w2                                   | pending,running",
        "running   | sandbox_job_completed serve w1;agent_beacon serve w2    | done,running",
        "running   | sandbox_job_failed serve w1                             | failed,pending",
        "running   | workflow_step_attempt_started serve w1;job_paused       | paused,pending",
        "pending   | agent_beacon serve w2                                   | pending,pending",
        "completed | sandbox_job_failed serve w1                             | failed,done",
        "completed | agent_beacon serve w2                                   | done,done"
      })
  void agentsThatShareAStepAreAsEventsTellWithinWhatItsLedgerSays(
      String serve, String events, String agents) {
    ObjectNode job = job("running", "read=completed cook=completed serve=" + serve);

    assertThat(brief(progress(job, events.split(";")))).contains("[" + agents + "]");
  }

  @Test
  void aStepThatIsTriedAgainShowsItsAttemptAndWhatWentWrong() {
    ObjectNode job = job("running", "read=retry_wait cook=pending serve=pending");
    ObjectNode read = job.withObject("/workflow_state/steps/read").put("attempt_count", 2);
    read.put("started_at", TIME.formatted(1)).put("last_event_at", TIME.formatted(9));
    read.put("retry_at", TIME.formatted(30));
    read.putObject("last_error").put("code", "program.exit").put("desc", "exit code 3");
    read.putArray("attempts").addObject().put("attempt_id", "read:attempt:1");
    read.putObject("current_attempt").put("attempt_id", "read:attempt:2");

    JsonNode snapshot = progress(job, "agent_beacon read read");

    for (JsonNode shown : List.of(snapshot.at("/steps/0"), snapshot.at("/steps/0/agents/0"))) {
      assertThat(shown.path("attempt").asInt()).isEqualTo(2);
      assertThat(shown.path("attempt_id").asText()).isEqualTo("read:attempt:2");
      assertThat(shown.path("retry_at").asText()).isEqualTo(TIME.formatted(30));
      assertThat(shown.path("started_at").asText()).isEqualTo(TIME.formatted(1));
      assertThat(shown.path("last_event_at").asText()).isEqualTo(TIME.formatted(9));
      assertThat(shown.at("/failure/code").asText()).isEqualTo("program.exit");
      assertThat(shown.path("status_reason").asText()).isEqualTo("exit code 3");
    }
  }

  @Test
  void whatEndedForGoodGoesBeforeTheLastErrorAndTheLastAttemptIsNamed() {
    ObjectNode job = job("failed", "read=failed cook=pending serve=pending");
    ObjectNode read = job.withObject("/workflow_state/steps/read").put("attempt_count", 2);
    read.put("terminal_reason", "gave up").put("ended_at", TIME.formatted(20));
    read.putObject("terminal_error").put("code", "workflow.step.retry_exhausted");
    read.putObject("last_error").put("code", "program.exit");
    read.putArray("attempts").addObject().put("attempt_id", "read:attempt:1");
    read.withArray("attempts").addObject().put("attempt_id", "read:attempt:2");

    JsonNode step = progress(job).at("/steps/0");

    assertThat(step.at("/failure/code").asText()).isEqualTo("workflow.step.retry_exhausted");
    assertThat(step.path("status_reason").asText()).isEqualTo("gave up");
    assertThat(step.path("attempt_id").asText()).isEqualTo("read:attempt:2");
    assertThat(step.path("ended_at").asText()).isEqualTo(TIME.formatted(20));
  }

  /** Programs write of a step without the runtime, and how far an agent is only events tell. */
  @Test
  void whatTheLedgerLacksIsAddedByEvents() {
    ObjectNode job = job("running", "read=running cook=pending serve=pending");
    job.withObject("/workflow_state/steps/read").put("last_event_at", TIME.formatted(1));

    JsonNode snapshot =
        progress(job, "workflow_step_started read", "agent_beacon read read", "note read read");

    assertThat(snapshot.at("/steps/0/last_event_at").asText()).isEqualTo(TIME.formatted(3));
    assertThat(snapshot.at("/steps/0/agents/0/progress").asDouble()).isEqualTo(0.22);
    assertThat(snapshot.at("/steps/0/recent_events")).hasSize(3);
    assertThat(snapshot.path("messages")).hasSize(1);
  }

  @Test
  void theStepThatBeganLastIsTheCurrentOneOfAJobThatHasEnded() {
    ObjectNode job = job("completed", "read=completed cook=completed serve=completed");

    JsonNode snapshot =
        progress(job, "workflow_step_started read", "workflow_step_started cook", "job_completed");

    assertThat(snapshot.path("current_step_id").asText()).isEqualTo("cook");
  }
}
