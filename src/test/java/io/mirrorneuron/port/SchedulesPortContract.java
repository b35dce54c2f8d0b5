package io.mirrorneuron.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DispatchReport;
import io.mirrorneuron.port.schedule.NewSchedule;
import io.mirrorneuron.port.schedule.PreviewQuery;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.testing.SampleManifests;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What schedules promise, wherever they are. */
public interface SchedulesPortContract {
  SchedulesPort schedules();

  /** A manifest whose job ends at once. */
  String QUICK = SampleManifests.program("nightly", "true");

  Map<String, Object> NIGHTLY =
      Map.of("crons", List.of("0 2 * * *"), "timezone", "Europe/Berlin", "name", "nightly");

  default ScheduleView create(Map<String, Object> schedule) {
    return schedules()
        .create(new NewSchedule(Submission.of(QUICK), schedule, Map.of("api", "test")));
  }

  private static void fails(Runnable call, ErrorCode code, String text) {
    assertThatThrownBy(call::run)
        .hasMessageContaining(text)
        .asInstanceOf(InstanceOfAssertFactories.type(MnException.class))
        .extracting(MnException::code)
        .isEqualTo(code);
  }

  @Test
  default void aScheduleIsToldAsItWasNormalised() {
    ScheduleView made = create(NIGHTLY);

    assertThat(made.scheduleId()).startsWith("sched_");
    assertThat(made.kind()).isEqualTo("periodic");
    assertThat(made.status()).isEqualTo("active");
    assertThat(made.enabled()).isTrue();
    assertThat(made.nextRunAt()).matches("....-..-..T0[01]:00:00.000Z");
    assertThat(made.missedPolicy()).isEqualTo("skip");
    assertThat(made.catchupLimit()).isEqualTo(10);
    assertThat(made.missedGraceMs()).isEqualTo(60_000);
    assertThat(made.prohibitOverlap()).isTrue();
    assertThat(made.source()).containsEntry("api", "test");
    assertThat(made.manifest()).isNotEmpty();
    assertThat(made.why()).startsWith("it is due next at ");
    assertThat(schedules().get(made.scheduleId())).isEqualTo(made);
  }

  @Test
  default void listsAreFiltered() {
    String timed = create(NIGHTLY).scheduleId();
    String waiting = create(Map.of("trigger", Map.of("event_type", "x"))).scheduleId();
    schedules().pause(waiting, "not now", null);

    assertThat(ids(new SchedulesPort.Query("event", null, null, null, 0))).contains(waiting);
    assertThat(ids(new SchedulesPort.Query("event", null, null, null, 0))).doesNotContain(timed);
    assertThat(ids(new SchedulesPort.Query(null, "active", null, null, 0))).contains(timed);
    assertThat(ids(new SchedulesPort.Query(null, "active", null, null, 0))).doesNotContain(waiting);
    assertThat(ids(new SchedulesPort.Query(null, null, false, null, 0)))
        .contains(waiting)
        .doesNotContain(timed);
  }

  private List<String> ids(SchedulesPort.Query query) {
    return schedules().list(query).data().stream().map(ScheduleView::scheduleId).toList();
  }

  @Test
  default void pagesGoOn() {
    List<String> made = List.of(create(NIGHTLY).scheduleId(), create(NIGHTLY).scheduleId());
    SchedulesPort.Page first = schedules().list(new SchedulesPort.Query(null, null, null, null, 1));
    assertThat(first.data()).hasSize(1);
    assertThat(first.next()).isEqualTo(first.data().getFirst().scheduleId());

    assertThat(ids(new SchedulesPort.Query(null, null, null, made.getFirst(), 0)))
        .contains(made.getLast())
        .doesNotContain(made.getFirst());
  }

  @Test
  default void itIsPausedAndResumedWithAReason() {
    String id = create(NIGHTLY).scheduleId();
    ScheduleView paused = schedules().pause(id, "holidays", null);
    assertThat(paused.status()).isEqualTo("paused");
    assertThat(paused.enabled()).isFalse();
    assertThat(paused.nextRunAt()).isNull();
    assertThat(paused.lastStatusReason()).isEqualTo("holidays");

    ScheduleView resumed = schedules().resume(id, "");
    assertThat(resumed.status()).isEqualTo("active");
    assertThat(resumed.nextRunAt()).isNotNull();
    assertThat(resumed.lastStatusReason()).isEqualTo("holidays");
    assertThat(schedules().pause(id, null, "2099-01-01T00:00:00Z").pausedUntil())
        .isEqualTo("2099-01-01T00:00:00.000Z");
    fails(() -> schedules().pause(id, null, "soon"), ErrorCode.INVALID, "until must be a time");
  }

  @Test
  default void changesAreMergedAndNormalisedAnew() {
    String id = create(NIGHTLY).scheduleId();
    ScheduleView changed =
        schedules().update(id, Map.of("cron", "*/5 * * * *", "jitter_ms", 1000), "busier");
    assertThat(changed.crons()).containsExactly("*/5 * * * *");
    assertThat(changed.timezone()).isEqualTo("Europe/Berlin");
    assertThat(changed.jitterMs()).isEqualTo(1000);
    assertThat(changed.lastStatusReason()).isEqualTo("busier");
    assertThat(schedules().update(id, Map.of("enabled", false), "").status()).isEqualTo("paused");
    assertThat(schedules().update(id, Map.of("enabled", true), "").status()).isEqualTo("active");

    fails(
        () -> schedules().update(id, Map.of("status", "paused"), ""),
        ErrorCode.INVALID,
        "schedule.status cannot be set");
    fails(
        () -> schedules().update(id, Map.of("cron", "nonsense"), ""),
        ErrorCode.INVALID,
        "invalid cron expression \"nonsense\"");
  }

  @Test
  default void aJobIsMadeNowAndOnceForAKey() {
    String id = create(NIGHTLY).scheduleId();
    schedules().pause(id, "", null);
    DispatchReport report = schedules().dispatch(id, Map.of("x", 1), "by hand", "key-1");

    assertThat(report.dispatched()).isEqualTo(1);
    assertThat(report.checked()).isEqualTo(1);
    assertThat(report.scheduleId()).isEqualTo(id);
    assertThat(report.status()).isEqualTo("submitted");
    assertThat(report.jobId()).startsWith("nightly-");
    assertThat(report.dispatch().reason()).isEqualTo("by hand");
    assertThat(schedules().dispatch(id, Map.of("x", 1), "by hand", "key-1").jobId())
        .isEqualTo(report.jobId());
    fails(
        () -> schedules().dispatch(id, Map.of("x", 2), "by hand", "key-1"),
        ErrorCode.CONFLICT,
        "with this idempotency key had another payload");
    ScheduleView view = schedules().get(id);
    assertThat(view.counters().dispatched()).isEqualTo(1);
    assertThat(view.dispatches().getFirst().jobId()).isEqualTo(report.jobId());
    assertThat(view.status()).isEqualTo("paused");
  }

  @Test
  default void whatIsGoneIsUnknown() {
    String id = create(NIGHTLY).scheduleId();
    assertThat(schedules().delete(id, "over")).isEqualTo(new SchedulesPort.Deleted(id, "deleted"));

    fails(() -> schedules().get(id), ErrorCode.NOT_FOUND, id);
    fails(() -> schedules().delete(id, ""), ErrorCode.NOT_FOUND, id);
    fails(() -> schedules().pause(id, "", null), ErrorCode.NOT_FOUND, id);
    fails(() -> schedules().update(id, Map.of(), ""), ErrorCode.NOT_FOUND, id);
    fails(() -> schedules().dispatch(id, Map.of(), "", null), ErrorCode.NOT_FOUND, id);
  }

  @Test
  default void whatHasPassedOrNeverComesIsRefused() {
    fails(
        () -> create(Map.of("run_at", "2020-01-01T00:00:00Z")),
        ErrorCode.INVALID,
        "schedule.run_at 2020-01-01T00:00:00.000Z has passed: it is ");
    fails(
        () ->
            schedules()
                .preview(new PreviewQuery(null, Map.of("run_at", "2020-01-01T00:00:00Z"), 1, null)),
        ErrorCode.INVALID,
        "has passed: it is ");
    String id = create(NIGHTLY).scheduleId();
    fails(
        () -> schedules().pause(id, null, "2020-01-01T00:00:00Z"),
        ErrorCode.INVALID,
        "until 2020-01-01T00:00:00.000Z has passed: it is ");
    assertThat(schedules().get(id).status()).isEqualTo("active");
    fails(
        () -> create(Map.of("cron", "0 0 31 4 *")),
        ErrorCode.INVALID,
        "invalid cron expression \"0 0 31 4 *\": no year has such a day");
    fails(
        () -> create(Map.of("delay_ms", 1_000_000_000_000_000L)),
        ErrorCode.INVALID,
        "schedule.delay_ms must be a whole number from 1 to 315360000000");
    fails(
        () -> create(Map.of("run_at", "+33715-01-01T00:00:00Z")),
        ErrorCode.INVALID,
        "delayed schedules require a valid run_at or delay_ms: \"+33715-01-01T00:00:00Z\" is no"
            + " time");
  }

  @Test
  default void whatHasNoEffectOrContradictsItselfIsRefused() {
    fails(
        () -> create(Map.of("cron", "@daily", "retry_interval_ms", 60_000)),
        ErrorCode.INVALID,
        "schedule.retry_interval_ms is for schedules of another kind");
    fails(
        () -> create(Map.of("kind", "resource_wait", "retry_interval_ms", 1)),
        ErrorCode.INVALID,
        "schedule.retry_interval_ms must be a whole number from 1000 to 315360000000");
    String id = create(NIGHTLY).scheduleId();
    fails(
        () -> schedules().update(id, Map.of("retry_interval_ms", 60_000), null),
        ErrorCode.INVALID,
        "is for schedules of another kind");
    Map<String, Object> never =
        Map.of("event_type", "x", "payload", "forbidden", "meta_required", List.of("a"));
    fails(
        () -> create(Map.of("trigger", never)),
        ErrorCode.INVALID,
        "schedule.trigger.meta_required are members of a payload, which is forbidden");
    Map<String, Object> number =
        Map.of("event_type", "x", "filters", Map.of("n", Map.of("prefix", 3)));
    fails(() -> create(Map.of("trigger", number)), ErrorCode.INVALID, "{\"prefix\": text}");
  }

  @Test
  default void itIsToldWhatWasProbablyMeant() {
    assertThat(create(Map.of("cron", "@daily", "timezone", "EST")).timezone())
        .isEqualTo("America/Panama");
    fails(
        () -> create(Map.of("cron", "@daily", "timezone", "europe/berlin")),
        ErrorCode.INVALID,
        "unknown timezone \"europe/berlin\"; did you mean \"Europe/Berlin\"?");
    fails(
        () -> create(Map.of("cron", "@daily", "timezon", "UTC")),
        ErrorCode.INVALID,
        "schedule.timezon is not known; did you mean timezone?");
    fails(
        () -> create(Map.of()),
        ErrorCode.INVALID,
        "periodic schedules require cron or crons: the manifest has no schedule of its own");
    assertThatThrownBy(() -> create(Map.of("crons", List.of(""))))
        .hasMessage("schedule.crons must be a text that is not empty, or a list of such");
  }

  @Test
  default void allThatIsWrongIsToldAtOnce() {
    fails(
        () -> create(Map.of("cron", "61 * * * *", "timezone", "Mars/Base", "bogus", 1)),
        ErrorCode.INVALID,
        "unknown timezone \"Mars/Base\"");
    fails(() -> create(Map.of("kind", "often")), ErrorCode.INVALID, "schedule.kind must be");
    fails(() -> create(Map.of("name", "x")), ErrorCode.INVALID, "require cron or crons");
    fails(
        () -> create(Map.of("kind", "delayed")),
        ErrorCode.INVALID,
        "delayed schedules require a valid run_at or delay_ms");
    fails(
        () -> create(Map.of("kind", "event")),
        ErrorCode.INVALID,
        "event schedules require trigger.event_type");
    fails(
        () -> create(Map.of("cron", "@daily", "bogus", 1)),
        ErrorCode.INVALID,
        "schedule.bogus is not known");
    fails(
        () ->
            create(
                Map.of(
                    "cron", "@daily", "window", Map.of("duration_ms", 1, "end_action", "pause"))),
        ErrorCode.INVALID,
        "schedule.window.end_action must be cancel or none");
  }
}
