package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.RunSample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservabilitySummaryTest {
  @TempDir Path root;
  private RunSample run;

  @BeforeEach
  void make() {
    run = new RunSample(root);
  }

  @Test
  void noTimeIsReportedTwice() throws Exception {
    run.lines(
        "timeline.jsonl",
        "{'type':'sandbox_job_completed','phase':'running_worker','duration_ms':900}",
        "{'type':'sandbox_job_completed','phase':'preparing','duration_ms':7}",
        "{'type':'workflow_step_completed','phase':'running_worker','duration_ms':1000}",
        "{'type':'job_completed','phase':'completed','duration_ms':1010}");

    assertThat(ObservabilitySummary.of(run.folder(), null).path("slowest_phases").toString())
        .isEqualTo(
            "[{\"phase\":\"running_worker\",\"duration_ms\":1000},"
                + "{\"phase\":\"preparing\",\"duration_ms\":7}]");
  }

  @Test
  void anEventThatAClientHasCopiedCountsOnce() throws Exception {
    String used = "'payload':{'usage':{'input_tokens':9,'output_tokens':3}}";
    String copy =
        "{'job_id':'j','seq':%d,'type':'llm_call','timestamp':'2026-06-20T10:00:00Z'," + used + "}";
    String ours =
        "{'job_id':'j','seq':1,'event_id':'evt_j_1','type':'llm_call','ts':'2026-06-20T10:00:00Z',"
            + used
            + "}";
    run.lines("events.jsonl", copy.formatted(1), ours, copy.formatted(2), copy.formatted(2));

    assertThat(ObservabilitySummary.of(run.folder(), null).at("/counts/events").asInt())
        .as("of the second one there is a copy only")
        .isEqualTo(2);
  }

  @Test
  void ofAFailedRunTellsWhatMatters() throws Exception {
    run.document(
        "run.json",
        "{'blueprint_id':'demo','trace_id':'trc_1','started_at':'2026-06-20T10:00:00Z',"
            + "'status':'waiting_for_human'}");
    run.document("job.json", "{'status':'failed','ended_at':'2026-06-20T10:02:05+00:00'}");
    run.lines(
        "events.jsonl",
        event("00:01", "workflow_step_attempt_started", "'step_id':'sum'"),
        event("00:03", "workflow_step_attempt_retry_scheduled", "'step_id':'sum'"),
        event("00:04", "workflow_step_attempt_started", "'step_id':'sum'"),
        event("00:05", "workflow_step_attempt_started", "'step_id':'count'"),
        event("00:06", "workflow_step_completed", "'step_id':'count'"),
        event("00:07", "message_retry_scheduled", "'agent_id':'a'"),
        event("00:08", "llm_call", "'usage':{'input_tokens':900,'output_tokens':300}"),
        event("00:09", "workflow_step_failed", "'step_id':'sum','agent_id':'summer'"),
        event("00:10", "workflow_step_failed", "'step_id':'later'"),
        event(
            "00:11",
            "job_failed",
            "'error':{'details':{'step_id':'sum','agent_id':'summer'}},'long':'"
                + "x".repeat(50_000)
                + "'"));
    run.lines("logs.jsonl", "{'level':'warn'}", "{'level':'INFO'}", "{}", "{'level':'Warning'}");
    run.lines("errors.jsonl", "{'code':'workflow.step.timeout'}");
    run.lines(
        "timeline.jsonl",
        "{'phase':'running_worker','step_id':'sum','duration_ms':1200}",
        "{'phase':'running_worker','duration_ms':300}",
        "{'phase':'loading_inputs','duration_ms':30}",
        "{'phase':'completed'}");
    run.lines(
        "resources.jsonl",
        "{'cpu_pct':97.5,'memory_rss_mb':12}",
        "{'cpu_pct':3,'memory_rss_mb':256,'gpu':[{'util_pct':50,'memory_used_mb':9}]}");

    ObjectNode summary = ObservabilitySummary.of(run.folder(), null);

    assertThat(RunSample.read(summary))
        .isEqualTo(
            RunSample.object(
                """
                {'schema_version':'mn.observability_summary.v1','run_id':'run-1',
                 'blueprint_id':'demo','trace_id':'trc_1','status':'failed',
                 'started_at':'2026-06-20T10:00:00.000Z','ended_at':'2026-06-20T10:02:05.000Z',
                 'duration_ms':125000,
                 'counts':{'events':10,'logs':4,'errors':1,'warnings':2,'timeline':4,
                           'artifacts':7},
                 'retry_count':2,
                 'failed_step_id':'sum','failed_step':'sum','failed_agent_id':'summer',
                 'slowest_phases':[{'phase':'running_worker','duration_ms':1500},
                                   {'phase':'loading_inputs','duration_ms':30}],
                 'slowest_steps':[{'step_id':'sum','duration_ms':8000},
                                  {'step_id':'count','duration_ms':1000}],
                 'resource_peaks':{'max_memory_rss_mb':256.0,'max_cpu_pct':97.5,
                                   'max_gpu_util_pct':50.0,'max_gpu_memory_used_mb':9.0},
                 'token_totals':{'input_tokens':900,'output_tokens':300,'total_tokens':1200,
                                 'calls':1,'estimated_tokens':0},
                 'links':[{'rel':'errors','artifact_id':'errors_jsonl'},
                          {'rel':'events','artifact_id':'events_jsonl'},
                          {'rel':'logs','artifact_id':'logs_jsonl'},
                          {'rel':'timeline','artifact_id':'timeline_jsonl'},
                          {'rel':'timeline','artifact_id':'timeline_json'}]}
                """));
  }

  private static String event(String minute, String type, String payload) {
    return "{'ts':'2026-06-20T10:%sZ','type':'%s','payload':{%s}}".formatted(minute, type, payload);
  }

  @Test
  void ofARunWithoutFilesIsEmptyButWhole() {
    ObjectNode summary = ObservabilitySummary.of(run.folder(), "running");

    assertThat(RunSample.read(summary))
        .isEqualTo(
            RunSample.object(
                """
                {'schema_version':'mn.observability_summary.v1','run_id':'run-1',
                 'status':'running','retry_count':0,
                 'counts':{'events':0,'logs':0,'errors':0,'warnings':0,'timeline':0,
                           'artifacts':0},
                 'slowest_phases':[],'slowest_steps':[],'resource_peaks':{},
                 'token_totals':{'input_tokens':0,'output_tokens':0,'total_tokens':0,'calls':0,
                                 'estimated_tokens':0},'links':[]}
                """));
  }

  @Test
  void theTimesOfARunThatSaysNoneAreThoseOfItsEvents() throws Exception {
    run.document("job.json", "{'status':'completed'}");
    run.lines(
        "events.jsonl",
        event("00:05", "b", "'trace_id':'trc_2'"),
        event("00:02", "a", ""),
        "{'timestamp':'2026-06-20T10:00:09Z','type':'workflow_step_failed','step_id':'s'}");

    ObjectNode summary = ObservabilitySummary.of(run.folder(), null);

    assertThat(summary.path("duration_ms").asInt()).isEqualTo(7000);
    assertThat(summary.path("trace_id").asText()).isEqualTo("trc_2");
    assertThat(summary.has("failed_step_id")).as("it was recovered from").isFalse();
  }

  @Test
  void whoFailedIsFoundInErrorsWhenEventsDoNotTell() throws Exception {
    run.lines("errors.jsonl", "{'error':{'details':{'step_id':'s','agent_id':'a'}}}");

    ObjectNode summary = ObservabilitySummary.of(run.folder(), "failed");

    assertThat(summary.path("failed_step_id").asText()).isEqualTo("s");
    assertThat(summary.path("failed_agent_id").asText()).isEqualTo("a");
  }

  @Test
  void errorsInLogsCountWhereNoneAreWrittenElsewhere() throws Exception {
    run.lines("logs.jsonl", "{'level':'ERROR'}", "{'level':'critical'}");
    assertThat(counts("errors")).isEqualTo(2);

    run.lines("errors.jsonl", "{'code':'c'}");
    assertThat(counts("errors")).isEqualTo(1);
  }

  @Test
  void closedAndPackedSegmentsAreRead() throws Exception {
    run.lines("events.jsonl", "{'type':'c'}", "no JSON", "{'type':'torn");
    run.lines("events.001.jsonl", "{'type':'a'}");
    Path packed = run.folder().path().resolve("events.002.jsonl.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write("{\"type\":\"b\"}\n{\"type\":\"b\"}\n".getBytes());
    }
    Files.writeString(run.folder().path().resolve("events.003.jsonl.gz"), "no zip");

    assertThat(counts("events")).isEqualTo(4);
  }

  @Test
  void aLineWithoutEndIsNoRecord() throws Exception {
    run.lines("events.jsonl", "{'type':'" + "x".repeat(3 << 20) + "'}", "{'type':'a'}");

    assertThat(counts("events")).isEqualTo(1);
  }

  @Test
  void hiddenFilesAndLinksAreNoArtifacts() throws Exception {
    Path folder = run.folder().path();
    run.document("run.json", "{}");
    Files.createDirectories(folder.resolve("sub/.hidden"));
    Files.writeString(folder.resolve("sub/report.md"), "#");
    Files.writeString(folder.resolve("sub/.hidden/x.md"), "#");
    Files.writeString(folder.resolve(".secret"), "#");
    Files.createSymbolicLink(folder.resolve("link.md"), Path.of("/etc/passwd"));

    assertThat(counts("artifacts")).isEqualTo(2);
  }

  private int counts(String name) {
    return ObservabilitySummary.of(run.folder(), null).path("counts").path(name).asInt();
  }

  @Test
  void aStoredOneIsGivenInTheSpellingOfToday() {
    run.document(
        "observability_summary.json",
        "{'schema_version':'mn.observability.summary.v1','event_count':4,'error_count':1,"
            + "'artifacts':['a','b'],'failed_step':'prepare','own':true}");

    assertThat(RunSample.read(ObservabilitySummary.storedOrComputed(run.folder())))
        .isEqualTo(
            RunSample.object(
                "{'schema_version':'mn.observability_summary.v1','event_count':4,'error_count':1,"
                    + "'artifacts':['a','b'],'failed_step':'prepare','own':true,"
                    + "'failed_step_id':'prepare','counts':{'events':4,'logs':0,'errors':1,"
                    + "'warnings':0,'timeline':0,'artifacts':2}}"));
  }

  @Test
  void withoutAReadableOneItIsComputed() throws Exception {
    Path stored = run.folder().path().resolve("observability_summary.json");
    for (String damaged : new String[] {"{", "[]", "{}", ""}) {
      Files.writeString(stored, damaged);
      ObjectNode summary = ObservabilitySummary.storedOrComputed(run.folder());

      assertThat(summary.path("derived").asBoolean()).isTrue();
      assertThat(summary.path("counts").path("artifacts").asInt()).isEqualTo(1);
    }
  }

  @Test
  void theCompactTimelineIsTheEndOfIt() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 700; i++) {
      lines.append("{'n':").append(i).append(",'details':{'apiKey':'s3cret'}}\n");
    }
    run.lines("timeline.jsonl", lines.toString());

    ObjectNode timeline = CompactTimeline.of(run.folder());

    assertThat(timeline.path("schema_version").asText()).isEqualTo("mn.timeline.compact.v1");
    assertThat(timeline.path("records")).hasSize(500);
    assertThat(timeline.at("/records/499/n").asInt()).isEqualTo(699);
    assertThat(timeline.at("/records/499/details/apiKey").asText()).isEqualTo("[REDACTED]");
    assertThat(timeline.path("record_count").asInt()).isEqualTo(700);
    assertThat(timeline.path("truncated").asBoolean()).isTrue();

    run.lines("timeline.jsonl", "{'n':700,'text':'" + "x".repeat(1_046_000) + "'}");
    assertThat(CompactTimeline.of(run.folder()).path("records").size()).isBetween(1, 499);
  }
}
