package io.mirrorneuron.area.jobs.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.JobRecord.StoredRun;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.testing.ProgressCheck;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From events, and from what the runtime says, to the snapshot. */
class ProgressSnapshotTest {
  private static final long START = Instant.parse("2026-06-20T10:00:00Z").toEpochMilli();
  private static final long NOW = START + 60_000;

  /** Two steps in a row; the second has two agents. */
  private static final String STEPS =
      """
      {"name":"Demo","description":"two steps","graph_id":"demo",%s
       "workflow":{"workflow_id":"wf","steps":[
         {"id":"read_all","goal":"read","run":"reader","emits":"all_read","on":{"all_read":"write"},
          "requires":["in"],"provides":["text"]},
         {"id":"write","label":"Write it","run":"writers"}]},
       "runtime":{"bindings":{"writers":{"workers":["x:w1","x:w2"]}}},
       "agents":{"nodes":[{"node_id":"reader","role":"scout","model":"m1","alias":"R"},
                          {"node_id":"x:w1"},{"node_id":"x:w2"}]}}
      """;

  private static final String BATCH = STEPS.formatted("");
  private static final String SERVICE = STEPS.formatted("\"type\":\"service\",");

  private static final String BEGUN = "job_pending; job_validated; job_scheduled; job_running";

  // ---- from events alone

  private static JobRecord stored(String manifest) {
    ObjectNode job = Json.object();
    job.set("manifest", Json.parseObject(manifest, "manifest"));
    return new JobRecord(
        JobDetail.NONE, new StoredRun(job, MissingNode.getInstance(), MissingNode.getInstance()));
  }

  /** Events as {@code type member=value …}, with a semicolon between them and a second apart. */
  private static List<String> events(String script) {
    List<String> events = new ArrayList<>();
    for (String line : script.split(";")) {
      String[] words = line.strip().split(" ");
      if (words[0].isEmpty()) {
        continue;
      }
      ObjectNode event = Json.object().put("seq", events.size() + 1).put("type", words[0]);
      event.put("timestamp", Json.timestamp(Instant.ofEpochMilli(START + events.size() * 1000L)));
      for (int i = 1; i < words.length; i++) {
        String[] member = words[i].split("=", 2);
        boolean ofPayload = member[0].startsWith("payload.");
        ObjectNode place = ofPayload ? event.withObject("/payload") : event;
        String name = member[0].replace("payload.", "");
        try {
          place.set(name, Json.parse(member[1]));
        } catch (JsonProcessingException e) {
          place.put(name, member[1]);
        }
      }
      events.add(Json.write(event));
    }
    return events;
  }

  private static JsonNode snapshot(JobRecord record, List<String> events) {
    JobStory story = new JobStory("j1", record);
    story.add(events);
    return read(story, record, NOW);
  }

  @Test
  void whatProgramsWroteStandsBetweenTheEventsOfTheJobByItsTime() {
    String phase =
        "{\"type\":\"%s\",\"payload\":{\"phase\":\"write\"},\"ts\":\"2026-06-20T10:00:%sZ\"}";
    JobRecord record = stored(BATCH);
    JobStory story = new JobStory("j1", record);
    story.addOfPrograms(
        List.of(
            Json.parseObject(phase.formatted("blueprint_phase_started", "02.500"), "event"),
            Json.parseObject(phase.formatted("job_failed", "02.600"), "event"),
            Json.parseObject(phase.formatted("blueprint_phase_completed", "09.000"), "event")),
        17);
    story.add(events(BEGUN));
    story.settle();
    JsonNode snapshot = read(story, record, NOW);

    assertThat(brief(snapshot))
        .isEqualTo("running read_all=running[running] write=done[done,done]");
    assertThat(snapshot.path("recent_events"))
        .extracting(event -> event.path("type").asText())
        .containsExactly(
            "job_pending",
            "job_validated",
            "job_scheduled",
            "blueprint_phase_started",
            "job_running",
            "blueprint_phase_completed");
    assertThat(snapshot.path("seq").asLong()).isEqualTo(4 + 17);
  }

  private static JsonNode read(JobStory story, JobRecord record, long now) {
    JsonNode snapshot =
        Json.parseObject(
            new String(story.progress(record).at(now), StandardCharsets.UTF_8), "snapshot");
    ProgressCheck.fits(snapshot);
    return snapshot;
  }

  private static String brief(JsonNode snapshot) {
    StringBuilder brief = new StringBuilder(snapshot.path("status").asText());
    for (JsonNode step : snapshot.path("steps")) {
      brief.append(' ').append(step.path("id").asText()).append('=');
      brief.append(step.path("status").asText());
      List<String> agents = new ArrayList<>();
      step.path("agents").forEach(agent -> agents.add(agent.path("status").asText()));
      brief.append(agents);
    }
    return brief.toString().replace(", ", ",");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                                 | submitting read_all=pending[pending] write=pending[pending,pending]
          job_pending                                        | preparing read_all=pending[pending] write=pending[pending,pending]
          job_pending; job_validated                         | validated read_all=pending[pending] write=pending[pending,pending]
          job_pending; job_scheduled                         | scheduled read_all=running[running] write=pending[pending,pending]
          BEGUN                                              | running read_all=running[running] write=pending[pending,pending]
          BEGUN; job_pausing                                 | pausing read_all=pausing[pausing] write=pending[pending,pending]
          BEGUN; job_pausing; job_paused                     | paused read_all=paused[paused] write=pending[pending,pending]
          BEGUN; job_paused; job_resumed                     | running read_all=running[running] write=pending[pending,pending]
          BEGUN; job_completed                               | completed read_all=done[done] write=done[done,done]
          BEGUN; job_failed reason=oops                      | failed read_all=failed[failed] write=failed[failed,failed]
          BEGUN; job_cancelled                               | cancelled read_all=cancelled[cancelled] write=cancelled[cancelled,cancelled]
          workflow_step_started step=write                   | submitting read_all=pending[pending] write=running[running,pending]
          blueprint_phase_started payload.phase=write        | submitting read_all=pending[pending] write=running[running,pending]
          workflow_step_attempt_started step=write agent_id=x:w2 | submitting read_all=pending[pending] write=running[pending,running]
          workflow_step_beacon step=write agent_id=w2        | submitting read_all=pending[pending] write=running[pending,running]
          workflow_step_ready step=write                     | submitting read_all=pending[pending] write=idle[pending,pending]
          BEGUN; workflow_step_completed step=read_all       | running read_all=done[done] write=pending[pending,pending]
          blueprint_phase_completed phase=read_all           | submitting read_all=done[done] write=pending[pending,pending]
          workflow_step_partial step_id=read_all             | submitting read_all=partial[partial] write=pending[pending,pending]
          workflow_step_skipped step_id=read_all             | submitting read_all=skipped[skipped] write=pending[pending,pending]
          workflow_step_failed step=read_all reason=no       | submitting read_all=failed[failed] write=pending[pending,pending]
          blueprint_phase_failed phase=read_all              | submitting read_all=failed[failed] write=pending[pending,pending]
          workflow_step_timed_out step=read_all              | submitting read_all=failed[failed] write=pending[pending,pending]
          workflow_step_attempt_timed_out step=read_all agent_id=reader | submitting read_all=retry_wait[retry_wait] write=pending[pending,pending]
          workflow_step_attempt_retry_scheduled step=read_all agent_id=reader | submitting read_all=retry_wait[retry_wait] write=pending[pending,pending]
          workflow_step_blocked step=write                   | submitting read_all=pending[pending] write=blocked[pending,pending]
          workflow_message_dead_lettered step=write          | submitting read_all=pending[pending] write=blocked[pending,pending]
          agent_beacon agent_id=x:w1                         | submitting read_all=pending[pending] write=running[running,pending]
          workflow_worker_started worker=w1                  | submitting read_all=pending[pending] write=running[running,pending]
          agent_beacon_missed agent_id=reader                | submitting read_all=failed[failed] write=pending[pending,pending]
          sandbox_job_failed agent_id=reader payload.error=e | submitting read_all=failed[failed] write=pending[pending,pending]
          agent_beacon agent_id=w1; sandbox_job_completed agent_id=w1 | submitting read_all=pending[pending] write=running[done,pending]
          sandbox_job_completed agent_id=w1; sandbox_job_completed agent_id=w2 | submitting read_all=pending[pending] write=done[done,done]
          workflow_step_attempt_completed step=read_all agent_id=reader | submitting read_all=done[done] write=pending[pending,pending]
          agent_message_received agent_id=x:w2               | submitting read_all=pending[pending] write=running[pending,running]
          aggregator_received agent_id=reader                | submitting read_all=running[running] write=pending[pending,pending]
          agent_message_received from_agent=x:w1             | submitting read_all=pending[pending] write=running[running,pending]
          all_read agent_id=reader                           | submitting read_all=done[done] write=running[running,pending]
          something_else agent_id=reader                     | submitting read_all=pending[pending] write=pending[pending,pending]
          workflow_step_started step=unheard_of              | submitting read_all=pending[pending] write=pending[pending,pending]
          """)
  void theEventsOfABatchJob(String script, String expected) {
    JsonNode snapshot = snapshot(stored(BATCH), events(script.replace("BEGUN", BEGUN)));

    assertThat(brief(snapshot)).isEqualTo(expected);
    assertThat(snapshot.path("workflow_kind").asText()).isEqualTo("batch");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BEGUN                                           | running read_all=pending[pending] write=pending[pending,pending]
          executor_lease_requested agent_id=reader        | submitting read_all=running[running] write=pending[pending,pending]
          executor_lease_acquired agent_id=reader; executor_lease_released agent_id=reader | submitting read_all=idle[idle] write=pending[pending,pending]
          agent_message_received agent_id=reader          | submitting read_all=running[running] write=pending[pending,pending]
          agent_message_received agent_id=reader; prices_updated agent_id=reader | submitting read_all=idle[idle] write=pending[pending,pending]
          route_selected agent_id=reader                  | submitting read_all=done[done] write=pending[pending,pending]
          workflow_step_started step=read_all; workflow_step_completed step=read_all | submitting read_all=idle[idle] write=pending[pending,pending]
          agent_beacon agent_id=reader; sandbox_job_completed agent_id=reader | submitting read_all=idle[idle] write=pending[pending,pending]
          """)
  void theEventsOfAService(String script, String expected) {
    JsonNode snapshot = snapshot(stored(SERVICE), events(script.replace("BEGUN", BEGUN)));

    assertThat(brief(snapshot)).isEqualTo(expected);
    assertThat(snapshot.path("workflow_kind").asText()).isEqualTo("service");
  }

  @Test
  void aStepIsDescribedAsTheManifestDoes() {
    JsonNode snapshot = snapshot(stored(BATCH), events(BEGUN));

    assertThat(snapshot.path("workflow_id").asText()).isEqualTo("wf");
    assertThat(snapshot.path("name").asText()).isEqualTo("Demo");
    assertThat(snapshot.path("description").asText()).isEqualTo("two steps");
    JsonNode step = snapshot.at("/steps/0");
    assertThat(step.path("label").asText()).isEqualTo("Read All");
    assertThat(step.path("goal").asText()).isEqualTo("read");
    assertThat(step.path("requires").toString()).isEqualTo("[\"in\"]");
    assertThat(step.path("children").toString()).isEqualTo("[\"write\"]");
    JsonNode agent = step.at("/agents/0");
    assertThat(agent.path("role").asText()).isEqualTo("scout");
    assertThat(agent.path("model").asText()).isEqualTo("m1");
    assertThat(agent.path("alias").asText()).isEqualTo("R");
    assertThat(agent.path("assigned_node").asText()).isEqualTo("workflow/runtime");
    assertThat(snapshot.path("layers").toString()).isEqualTo("[[\"read_all\"],[\"write\"]]");
    assertThat(snapshot.at("/edges/0").toString())
        .isEqualTo("{\"from\":\"read_all\",\"to\":\"write\",\"event\":\"all_read\"}");
  }

  @Test
  void progressGrowsWithEachEventAndIsWhatTheAgentSays() {
    String one = "agent_beacon agent_id=reader";
    assertThat(progress(one)).isEqualTo(0.1);
    assertThat(progress(one + ";" + one)).isEqualTo(0.16);
    assertThat(progress((one + ";").repeat(40))).isEqualTo(0.95);
    assertThat(progress(one + "; note agent_id=reader payload.progress=40")).isEqualTo(0.4);
    assertThat(progress(one + "; note agent_id=reader payload.progress=0.75")).isEqualTo(0.75);
    assertThat(progress(one + "; sandbox_job_completed agent_id=reader")).isEqualTo(1);
  }

  private static double progress(String script) {
    JsonNode snapshot = snapshot(stored(BATCH), events(script));
    return snapshot.at("/steps/0/agents/0/progress").asDouble();
  }

  @Test
  void whatAnAgentSaysOfItselfIsShown() {
    JsonNode agent =
        snapshot(
                stored(BATCH),
                events(
                    "note agent_id=reader payload.tokens=12 payload.tools=3 payload.model=m2"
                        + " payload.role=boss payload.mailbox_depth=4"))
            .at("/steps/0/agents/0");

    assertThat(agent.path("tokens").asInt()).isEqualTo(12);
    assertThat(agent.path("tools").asInt()).isEqualTo(3);
    assertThat(agent.path("model").asText()).isEqualTo("m2");
    assertThat(agent.path("role").asText()).isEqualTo("boss");
    assertThat(agent.path("mailbox_depth").asInt()).isEqualTo(4);
  }

  @Test
  void membersOfTheWrongTypeDoNoHarm() {
    JsonNode snapshot =
        snapshot(
            stored(BATCH),
            events(
                "note agent_id=7 step=[1] timestamp=5 status={} message={} error=[];"
                    + "tool_call agent_id=reader payload.progress=\"x\" payload.tool_name=3"
                    + " payload.duration_ms=\"long\" payload.category=9 payload.details=null;"
                    + "sandbox_job_failed agent_id=reader"
                    + " payload.error={\"code\":7,\"details\":[],\"links\":{},\"severity\":null}"));

    assertThat(snapshot.at("/steps/0/failure/code").asText()).isEqualTo("runtime.failure");
  }

  @Test
  void activityIsBoundedAndWithoutSecrets() {
    JsonNode snapshot =
        snapshot(
            stored(BATCH),
            events(
                ("note agent_id=reader payload.api_token=s3cret payload.tokens=5"
                        + " payload.result_summary="
                        + "x".repeat(400)
                        + "end;")
                    .repeat(20)));

    JsonNode step = snapshot.at("/steps/0");
    assertThat(step.path("recent_events")).hasSize(8);
    assertThat(step.at("/agents/0/recent_events")).hasSize(8);
    assertThat(step.at("/last_activity/payload/api_token").asText()).isEqualTo("[REDACTED]");
    assertThat(step.at("/last_activity/payload/tokens").asInt()).isEqualTo(5);
    assertThat(step.at("/last_activity/result_summary").asText()).hasSize(320).endsWith("end");
    assertThat(snapshot.path("recent_events")).hasSize(20);
  }

  @ParameterizedTest
  @CsvSource({
    "tool_call,tool",
    "tool_result,tool",
    "artifact_written,artifact",
    "executor_lease_acquired,system",
    "blueprint_phase_started,agent",
    "agent_activity,agent",
    "upload_failed,error",
    "workflow_step_attempt_retry_scheduled,error",
    "whatever,system"
  })
  void anActivityHasACategory(String type, String category) {
    JsonNode snapshot = snapshot(stored(BATCH), events(type + " agent_id=reader phase=read_all"));

    assertThat(snapshot.at("/steps/0/last_activity/category").asText()).isEqualTo(category);
  }

  @Test
  void timesComeFromEventsWhenNoDocumentHasThem() {
    JobRecord record = stored(BATCH);
    JobStory story = new JobStory("j1", record);
    story.add(events(BEGUN));

    JsonNode early = read(story, record, NOW);
    JsonNode late = read(story, record, NOW + 5_000);

    assertThat(early.path("submitted_at").asText()).isEqualTo("2026-06-20T10:00:00.000Z");
    assertThat(early.path("elapsed_seconds").decimalValue()).isEqualByComparingTo("60.000");
    assertThat(late.path("elapsed_seconds").decimalValue()).isEqualByComparingTo("65.000");
    assertThat(late.path("generated_at").asText()).isEqualTo("2026-06-20T10:01:05.000Z");
    assertThat(late.at("/steps/0/elapsed_seconds").asDouble())
        .isEqualTo(early.at("/steps/0/elapsed_seconds").asDouble() + 5);
    story.add(
        List.of("{\"seq\":5,\"type\":\"job_completed\",\"timestamp\":\"2026-06-20T10:00:30Z\"}"));
    assertThat(read(story, record, NOW).path("elapsed_seconds").asDouble()).isEqualTo(30);
    assertThat(read(story, record, NOW).has("failure")).isFalse();
  }

  @Test
  void ofAJobOfWhichNothingIsKnownThereIsOneStep() {
    JsonNode snapshot = snapshot(JobRecord.of(JobDetail.NONE), List.of("not json"));

    assertThat(brief(snapshot)).isEqualTo("submitting job=pending[pending]");
    assertThat(snapshot.path("workflow_id").asText()).isEqualTo("blueprint");
    assertThat(snapshot.at("/recent_events/0/type").asText()).isEqualTo("unparseable_event");
  }

  // ---- over them the word of the runtime

  private static JobRecord runtime(String status, String ledger, String agents) {
    ObjectNode document = Json.object();
    ObjectNode job = document.putObject("job").put("status", status).put("graph_id", "demo");
    job.set("manifest", Json.parseObject(BATCH, "manifest"));
    if (ledger != null) {
      job.set(
          "workflow_state", Json.parseObject("{\"enabled\":true,\"steps\":" + ledger + "}", "l"));
    }
    document.set("agents", Json.parseObject("{\"a\":" + agents + "}", "agents").get("a"));
    return JobRecord.of(JobDetailForm.read(document));
  }

  @Test
  void theLedgerKnowsBetterThanEvents() {
    JobRecord record =
        runtime(
            "running",
            """
            {"read_all":{"status":"retry_wait","attempt_count":2,"retry_at":"2026-06-20T10:01:00Z",
              "agent_ids":["reader"],"last_error":{"code":"c","desc":"d"},
              "attempts":[{"attempt_id":"read_all:attempt:2"}]},
             "write":{"status":"ready","agent_ids":["x:w1"]}}
            """,
            "[{\"agent_id\":\"reader\",\"mailbox_depth\":3,\"assigned_node\":\"n1\"}]");

    JsonNode snapshot = snapshot(record, events("workflow_step_completed step=read_all"));

    assertThat(brief(snapshot))
        .isEqualTo("running read_all=retry_wait[retry_wait] write=ready[ready]");
    JsonNode step = snapshot.at("/steps/0");
    assertThat(step.path("attempt").asInt()).isEqualTo(2);
    assertThat(step.path("attempt_id").asText()).isEqualTo("read_all:attempt:2");
    assertThat(step.path("retry_at").asText()).isEqualTo("2026-06-20T10:01:00.000Z");
    assertThat(step.path("status_reason").asText()).isEqualTo("d");
    assertThat(step.at("/agents/0/mailbox_depth").asInt()).isEqualTo(3);
    assertThat(step.at("/agents/0/assigned_node").asText()).isEqualTo("n1");
    assertThat(snapshot.at("/steps/1/agents/0/assigned_node").asText()).isEqualTo("n1");
    assertThat(snapshot.path("failure").isNull()).isTrue();
    assertThat(snapshot.path("current_step_id").asText()).isEqualTo("read_all");
  }

  @Test
  void theInstancesOfAScatteredStepAreItsAgents() {
    JobRecord record =
        runtime(
            "running",
            """
            {"read_all":{"status":"completed","agent_ids":["reader"]},
             "write":{"status":"skipped","terminal_outcome":"mapped","agent_ids":["x:w1"]},
             "write[0]":{"status":"completed","template":"write"},
             "write[1]":{"status":"running","template":"write"},
             "write[2]":{"status":"pending","template":"write"}}
            """,
            "[]");

    JsonNode snapshot =
        snapshot(
            record,
            events(
                "workflow_step_skipped step=write agent_id=x:w1 outcome=mapped;"
                    + "workflow_step_attempt_started step=write[0] agent_id=x:w1;"
                    + "workflow_step_completed step=write[0] agent_id=x:w1"));

    assertThat(brief(snapshot))
        .isEqualTo("running read_all=done[done] write=running[done,running,pending]");
    assertThat(snapshot.at("/steps/1/agents/0/id").asText()).isEqualTo("write[0]");
    assertThat(snapshot.at("/steps/1/agents/0/recent_events")).hasSize(2);
    assertThat(snapshot.at("/steps/1/total_count").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "running,job_failed,failed",
    "running,job_paused,running",
    "completed,job_running,completed",
    "succeeded,job_running,completed",
    "canceled,job_running,cancelled",
    "pausing,job_running,pausing"
  })
  void theStatusIsTheRuntimesUnlessAnEventHasEndedTheJob(
      String runtime, String event, String shown) {
    JsonNode snapshot = snapshot(runtime(runtime, null, "[]"), events(event));

    assertThat(snapshot.path("status").asText()).isEqualTo(shown);
  }

  @Test
  void aFailureIsToldOnlyOfAJobThatFailed() {
    List<String> events = events("sandbox_job_failed agent_id=reader payload.error=broken");

    assertThat(snapshot(runtime("running", null, "[]"), events).path("failure").isNull()).isTrue();
    assertThat(snapshot(runtime("completed", null, "[]"), events).has("failure")).isFalse();
    JsonNode failed = snapshot(runtime("failed", null, "[]"), events);
    assertThat(failed.at("/failure/desc").asText()).isEqualTo("broken");
    assertThat(failed.at("/failure/event_id").asText()).isEqualTo("evt_1");
    assertThat(failed.at("/failure/details/agent_id").asText()).isEqualTo("reader");
  }

  @Test
  void agentsWithoutStepsAreStepsThemselves() {
    ObjectNode document = Json.object();
    ObjectNode job = document.putObject("job").put("status", "running").put("graph_id", "g");
    job.set(
        "topology",
        Json.parseObject(
            """
            {"nodes":[{"node_id":"a"},{"node_id":"b"},{"node_id":"c"}],
             "edges":[{"from_node":"a","to_node":"b","message_type":"m"},
                      {"from_node":"b","to_node":"c","message_type":"m"},
                      {"from_node":"c","to_node":"a","message_type":"m"},
                      {"from_node":"c","to_node":"gone","message_type":"m"}]}
            """,
            "topology"));
    document.putArray("agents").addObject().put("agent_id", "a").put("status", "completed");
    document.withArray("agents").addObject().put("agent_id", "b").put("status", "queued");
    document.withArray("agents").addObject().put("agent_id", "c").put("status", "ready");

    JsonNode snapshot =
        snapshot(
            JobRecord.of(JobDetailForm.read(document)),
            events("agent_message_received agent_id=a"));

    assertThat(brief(snapshot))
        .isEqualTo("running a=done[done] b=queued[queued] c=pending[pending]");
    assertThat(snapshot.path("layers").toString()).isEqualTo("[[\"a\"],[\"b\"],[\"c\"]]");
    assertThat(snapshot.path("edges")).hasSize(3);
    assertThat(snapshot.path("current_step_ids").toString()).isEqualTo("[\"b\"]");
    assertThat(snapshot.at("/agent_count/ready").asInt()).isEqualTo(1);
  }

  @Test
  void ofABigJobTheFirstStepsAndTheCurrentOnesAreShown() {
    ObjectNode document = Json.object();
    ObjectNode job = document.putObject("job").put("status", "running");
    for (int i = 0; i < 5000; i++) {
      job.withObject("/topology").withArray("nodes").addObject().put("node_id", "n" + i);
      String status = i < 4000 ? "completed" : i < 4010 ? "running" : "ready";
      document.withArray("agents").addObject().put("agent_id", "n" + i).put("status", status);
    }

    JsonNode snapshot = snapshot(JobRecord.of(JobDetailForm.read(document)), events("job_running"));

    assertThat(snapshot.path("steps")).hasSize(300);
    assertThat(snapshot.path("current_step_ids")).hasSize(10);
    assertThat(snapshot.path("current_step_id").asText()).isEqualTo("n4000");
    assertThat(snapshot.path("agent_count").toString())
        .isEqualTo(
            "{\"done\":4000,\"running\":10,\"idle\":0,\"ready\":4010,\"failed\":0,\"total\":5000}");
    assertThat(snapshot.path("omitted").toString()).isEqualTo("{\"steps\":4700,\"agents\":4700}");
  }
}
