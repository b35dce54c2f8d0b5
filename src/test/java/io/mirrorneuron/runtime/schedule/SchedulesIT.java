package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.TriggerEvents.NewEvent;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules with real programs on a real Redis. */
class SchedulesIT {
  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static SchedulesPort schedules() {
    return runtime.runtime().schedules();
  }

  private static ScheduleView create(Submission bundle, Map<String, Object> schedule) {
    return schedules().create(new NewSchedule(bundle, schedule, Map.of()));
  }

  private static ScheduleView create(String manifest, Map<String, Object> schedule) {
    return create(Submission.of(manifest), schedule);
  }

  private static String output(String jobId) {
    return runtime.awaitEnd(jobId).at("/job/result").toString();
  }

  /** As clients write them, for the one run that they submit. */
  @Test
  void eachJobHasARunOfItsOwnThoughTheManifestNamesOne() {
    String manifest =
        SampleManifests.program("named", "sh", "-c", "echo run=$MN_RUN_ID")
            .replaceFirst(
                "\\{",
                "{\"run_id\":\"chosen\",\"metadata\":{\"blueprint_run_id\":\"chosen\","
                    + "\"mn_cli\":{\"run_id\":\"chosen\"}},");
    String id = create(manifest, Map.of("cron", "0 0 1 1 *")).scheduleId();
    String first = schedules().dispatch(id, Map.of(), null, null).jobId();
    assertThat(output(first)).contains("run=run-" + first);
    String second = schedules().dispatch(id, Map.of(), null, null).jobId();

    assertThat(second).isNotNull().isNotEqualTo(first);
    assertThat(output(second)).contains("run=run-" + second).doesNotContain("chosen");
  }

  @Test
  void anEarlierJobBlocksAndAWindowEndsIt() {
    String manifest = SampleManifests.program("slow", "sleep", "600");
    String id =
        create(manifest, Map.of("cron", "0 0 1 1 *", "window", Map.of("duration_ms", 6_000)))
            .scheduleId();
    DispatchReport first = schedules().dispatch(id, Map.of(), null, null);
    DispatchReport second = schedules().dispatch(id, Map.of(), null, null);
    assertThat(second.blocked()).isEqualTo(1);
    assertThat(second.dispatch().statusReason()).contains(first.jobId() + " still runs");
    assertThat(schedules().get(id).activeJobIds()).containsExactly(first.jobId());
    assertThat(schedules().get(id).openJobs().activeRuns())
        .containsExactly(new ScheduleView.OpenRun("run-" + first.jobId(), first.jobId()));

    assertThat(runtime.awaitEnd(first.jobId()).at("/job/status").asText()).isEqualTo("cancelled");
    Eventually.eventually(
        "the window is closed",
        () ->
            schedules().get(id).dispatches().stream()
                .anyMatch(one -> one.status().equals("window_closed")));
    DispatchRecord closed = schedules().get(id).dispatches().getLast(); // the first of both
    assertThat(closed.jobId()).isEqualTo(first.jobId());
    assertThat(closed.closedAt()).isNotNull();
    assertThat(closed.submittedAt()).isLessThan(closed.closedAt());
    assertThat(schedules().get(id).activeJobIds()).isEmpty();
  }

  @Test
  void aQuestionThatBlocksTheNextTimeIsNamed() {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"asking","nodes":[{"node_id":"ask",
          "agent_type":"human","role":"root","config":{"prompt":"Publish?"}}]}
        """;
    String id = create(manifest, Map.of("cron", "0 0 1 1 *")).scheduleId();
    String job = schedules().dispatch(id, Map.of(), null, null).jobId();
    Eventually.eventually(
        "the question is named",
        () ->
            schedules()
                .get(id)
                .why()
                .endsWith(
                    "; that time will be blocked while job %s still runs: agent ask waits for a person: Publish?"
                        .formatted(job)));
  }

  @Test
  void whatComesWithADispatchReachesThePrograms() {
    String manifest =
        SampleManifests.program(
            "told", "sh", "-c", "cat $MN_BODY_FILE; echo; echo $MN_SCHEDULE_DISPATCH_JSON");
    String id =
        create(
                manifest,
                Map.of(
                    "cron",
                    "0 0 1 1 *",
                    "parameterized",
                    Map.of("payload", "required", "meta_required", List.of("region"))))
            .scheduleId();
    DispatchReport lacking = schedules().dispatch(id, Map.of("x", 1), null, null);
    assertThat(lacking.failed()).isEqualTo(1);
    assertThat(lacking.dispatch().statusReason()).isEqualTo("payload lacks region");

    DispatchReport report = schedules().dispatch(id, Map.of("region", "north"), null, null);
    assertThat(output(report.jobId()))
        .contains("north")
        .contains("schedule_id")
        .contains(report.dispatch().dispatchId());
  }

  /** A variable of a program has 128 KiB at most on Linux, an event 2 MiB. */
  @Test
  void aPayloadThatNoVariableCanHoldComesInAFile() {
    String manifest =
        SampleManifests.program(
            "large",
            "sh",
            "-c",
            "echo \"$(wc -c <$MN_SCHEDULE_DISPATCH_FILE) bytes${MN_SCHEDULE_DISPATCH_JSON+ also}\"");
    Map<String, Object> trigger = Map.of("event_type", "grown");
    create(manifest, Map.of("trigger", trigger, "prohibit_overlap", false));
    for (int size : new int[] {1_000, 130_000, 2_000_000}) {
      NewEvent event = new NewEvent(null, "grown", "test", Map.of("text", "x".repeat(size)));
      String said = output(runtime.runtime().events().emit(event).jobId());
      Matcher bytes = Pattern.compile("([0-9]+) bytes( also)?").matcher(said);
      assertThat(bytes.find()).as(said).isTrue();
      assertThat(Integer.parseInt(bytes.group(1))).isBetween(size, size + 1_000);
      assertThat(bytes.group(2) != null).isEqualTo(size == 1_000);
    }
  }

  @Test
  void anEventMakesOneJobOfEachScheduleThatWaitsForIt() {
    String manifest = SampleManifests.program("placed", "sh", "-c", "cat $MN_BODY_FILE");
    Map<String, Object> trigger =
        Map.of("event_type", "order_placed", "filters", Map.of("region", "eu"));
    String id = create(manifest, Map.of("trigger", trigger)).scheduleId();
    NewEvent event =
        new NewEvent("event-77", "order_placed", "test", Map.of("region", "eu", "n", 7));
    var reported = runtime.runtime().events().emit(event);
    assertThat(reported.dispatched()).isEqualTo(1);
    assertThat(reported.jobId()).isNotNull();
    assertThat(output(reported.jobId())).contains("7");

    var again = runtime.runtime().events().emit(event);
    assertThat(again.dispatched()).isZero();
    assertThat(again.skipped()).isEqualTo(1);
    var other = new NewEvent(null, "order_placed", "test", Map.of("region", "us"));
    assertThat(runtime.runtime().events().emit(other).dispatched()).isZero();
    assertThat(schedules().get(id).counters().dispatched()).isEqualTo(1);
    assertThat(schedules().get(id).dispatches().getFirst().eventId()).isEqualTo("event-77");
  }

  @Test
  void anEventThatWasBlockedHasItsJobWhenItIsToldAgainLater() {
    String manifest = SampleManifests.program("long", "sleep", "600");
    String id = create(manifest, Map.of("trigger", Map.of("event_type", "paid"))).scheduleId();
    NewEvent second = new NewEvent("paid-2", "paid", "test", Map.of("n", 2));
    var first = runtime.runtime().events().emit(new NewEvent("paid-1", "paid", "test", Map.of()));
    assertThat(runtime.runtime().events().emit(second).blocked()).isEqualTo(1);
    runtime.jobs().cancel(first.jobId(), null, "");
    runtime.awaitEnd(first.jobId());
    assertThat(schedules().list(SchedulesPort.Query.ALL).data())
        .allSatisfy(row -> assertThat(row.activeJobIds()).doesNotContain(first.jobId()));

    var again = runtime.runtime().events().emit(second);
    assertThat(again.status()).isEqualTo("known");
    assertThat(again.dispatched()).isEqualTo(1);
    assertThat(schedules().get(id).activeJobIds()).containsExactly(again.jobId());
    runtime.jobs().cancel(again.jobId(), null, "");
  }

  @Test
  void filesOfAScheduleComeWithEachJob() {
    String manifest =
        SampleManifests.program("files", "sh", "hello.sh")
            .replaceFirst("\"command\"", "\"upload_path\":\"greet\",\"command\"");
    Payloads files =
        new Payloads.Inline(
            Map.of("greet/hello.sh", "echo hello from a file".getBytes(StandardCharsets.UTF_8)));
    String id =
        create(new Submission(manifest, files, null), Map.of("cron", "@yearly")).scheduleId();
    assertThat(schedules().get(id).bundleRef()).isNotNull();
    String job = schedules().dispatch(id, Map.of(), null, null).jobId();
    assertThat(output(job)).contains("hello from a file");
  }

  @Test
  void aManifestSaysWhenAndRunsAtOnceAsAJob() {
    String manifest =
        SampleManifests.program("says", "true")
            .replaceFirst(
                "\\{", "{\"schedule\":{\"cron\":\"@daily\",\"timezone\":\"Asia/Tokyo\"},");
    ScheduleView made = create(manifest, Map.of());
    assertThat(made.crons()).containsExactly("@daily");
    assertThat(made.timezone()).isEqualTo("Asia/Tokyo");

    var job = runtime.jobs().submit(Submission.of(manifest));
    assertThat(job.warnings()).isEmpty();
    assertThat(runtime.awaitEnd(job.jobId()).at("/job/status").asText()).isEqualTo("completed");
  }

  @Test
  void whatWaitsForRoomIsMadeOnce() {
    String id =
        create(SampleManifests.program("room", "true"), Map.of("kind", "resource_wait"))
            .scheduleId();
    Eventually.eventually(
        "it is completed", () -> schedules().get(id).status().equals("completed"));
    assertThat(schedules().get(id).counters().dispatched()).isEqualTo(1);
  }
}
