package io.mirrorneuron.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.SampleManifests;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What schedules promise, wherever they are. */
public interface SchedulesPortContract {
  SchedulesPort schedules();

  /** Lets time pass where it does not by itself. */
  default void goOn() {}

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
    assertThat(schedules().get(made.scheduleId())).isEqualTo(made.warned(List.of()));
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

  private static NewSchedule wanted(String manifest, Map<String, Object> schedule) {
    return new NewSchedule(Submission.of(manifest), schedule, Map.of("api", "test"));
  }

  /** Another manifest of the same graph. */
  String MENDED = SampleManifests.program("nightly", "true", "mended");

  @Test
  default void aNameHasOneScheduleWhoseBundleIsReplaced() {
    String name = "applied-" + create(NIGHTLY).scheduleId();
    AppliedSchedule made = schedules().apply(name, wanted(QUICK, Map.of("cron", "0 2 * * *")), "");
    assertThat(made.outcome()).isEqualTo("created");
    assertThat(made.next()).hasSize(3);
    assertThat(made.schedule().name()).isEqualTo(name);
    assertThat(made.schedule().version()).isEqualTo(1);
    assertThat(made.schedule().missedPolicy()).isEqualTo("catchup_one");
    String id = made.schedule().scheduleId();
    schedules().dispatch(id, Map.of(), null, null);

    AppliedSchedule next = schedules().apply(name, wanted(MENDED, Map.of()), "mended");
    assertThat(next.outcome()).isEqualTo("replaced");
    assertThat(next.schedule().scheduleId()).isEqualTo(id);
    assertThat(next.schedule().version()).isEqualTo(2);
    assertThat(next.schedule().crons()).containsExactly("0 2 * * *");
    assertThat(next.schedule().lastStatusReason()).isEqualTo("mended");
    assertThat(next.schedule().counters().dispatched()).isEqualTo(1);
    assertThat(next.schedule().dispatches().getFirst().version()).isEqualTo(1);
    assertThat(schedules().apply(name, wanted(MENDED, Map.of()), "again").outcome())
        .isEqualTo("unchanged");
    AppliedSchedule later =
        schedules().apply(name, wanted(MENDED, Map.of("cron", "0 3 * * *")), "later");
    assertThat(later.outcome()).isEqualTo("replaced");
    assertThat(later.schedule().version()).isEqualTo(2);
    assertThat(later.schedule().crons()).containsExactly("0 3 * * *");
  }

  @Test
  default void anEarlierBundleIsReadAndGoneBackTo() {
    String id = create(NIGHTLY).scheduleId();
    fails(() -> schedules().rollBack(id, null, ""), ErrorCode.PRECONDITION, "no version before 1");
    AppliedSchedule mended = schedules().replaceBundle(id, wanted(MENDED, Map.of()), "mended");
    assertThat(mended.schedule().version()).isEqualTo(2);
    assertThat(mended.schedule().crons()).containsExactly("0 2 * * *");

    ScheduleVersions all = schedules().versions(id, null);
    assertThat(all.data()).extracting(ScheduleVersions.Version::version).containsExactly(2, 1);
    assertThat(all.data())
        .extracting(ScheduleVersions.Version::current)
        .containsExactly(true, false);
    assertThat(schedules().versions(id, 1).data().getFirst().manifest().toString())
        .doesNotContain("mended");
    assertThat(schedules().versions(id, 2).data().getFirst().manifest().toString())
        .contains("mended");
    assertThat(schedules().get(id).manifest().toString()).contains("mended");

    ScheduleView back = schedules().rollBack(id, null, "the report was empty");
    assertThat(back.version()).isEqualTo(1);
    assertThat(back.manifest().toString()).doesNotContain("mended");
    assertThat(back.lastStatusReason()).isEqualTo("the report was empty");
    assertThat(schedules().rollBack(id, 2, "").version()).isEqualTo(2);
    fails(() -> schedules().rollBack(id, 3, ""), ErrorCode.NOT_FOUND, "3 of schedule " + id);
    fails(() -> schedules().versions(id, 3), ErrorCode.NOT_FOUND, "3 of schedule " + id);
    fails(
        () -> schedules().replaceBundle(id, wanted(MENDED, Map.of("cron", "0 1 * * *")), ""),
        ErrorCode.INVALID,
        "schedule stays as it is here");
    fails(
        () -> schedules().replaceBundle("none", wanted(MENDED, Map.of()), ""),
        ErrorCode.NOT_FOUND,
        "none");
  }

  @Test
  default void aNameThatTwoActiveOnesHaveIsRefused() {
    String name = "twice-" + create(NIGHTLY).scheduleId();
    Map<String, Object> yearly = Map.of("cron", "0 0 1 1 *", "name", name);
    ScheduleView first = create(yearly);
    assertThat(first.warnings()).isEmpty();
    ScheduleView second = create(yearly);
    assertThat(second.warnings())
        .singleElement()
        .asString()
        .startsWith("another schedule is called " + name + ", too (" + first.scheduleId() + ")");
    fails(
        () -> schedules().apply(name, wanted(MENDED, Map.of()), ""),
        ErrorCode.CONFLICT,
        "2 schedules are called " + name);
    schedules().pause(second.scheduleId(), "", null);
    assertThat(schedules().apply(name, wanted(MENDED, Map.of()), "").schedule().scheduleId())
        .isEqualTo(first.scheduleId());
    schedules().delete(first.scheduleId(), "");
    AppliedSchedule paused = schedules().apply(name, wanted(MENDED, Map.of()), "");
    assertThat(paused.schedule().scheduleId()).isEqualTo(second.scheduleId());
    assertThat(paused.schedule().status()).isEqualTo("paused");
  }

  @Test
  default void whatCannotBeAppliedIsRefusedAndMakesNothing() {
    String name = "wrong-" + create(NIGHTLY).scheduleId();
    fails(
        () -> schedules().apply(name, wanted(QUICK, Map.of()), ""),
        ErrorCode.INVALID,
        "the manifest has no schedule of its own");
    fails(
        () -> schedules().apply(name, wanted(QUICK, Map.of("cron", "x")), ""),
        ErrorCode.INVALID,
        "invalid cron expression");
    fails(
        () -> schedules().apply(name, wanted(QUICK, Map.of("cron", "@daily", "name", "other")), ""),
        ErrorCode.INVALID,
        "schedule.name is not " + name);
    fails(
        () -> schedules().apply(" ", wanted(QUICK, Map.of("cron", "@daily")), ""),
        ErrorCode.INVALID,
        "the name must not be blank");
    assertThat(schedules().list(SchedulesPort.Query.ALL).data())
        .noneMatch(one -> name.equals(one.name()));
    String first =
        schedules()
            .apply(name, wanted(QUICK, Map.of("cron", "@daily")), "")
            .schedule()
            .scheduleId();
    schedules().delete(first, "");
    assertThat(
            schedules()
                .apply(name, wanted(QUICK, Map.of("cron", "@daily")), "")
                .schedule()
                .scheduleId())
        .isNotEqualTo(first);
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
  default void aDryBackfillListsTimesAndMakesNothing() {
    String id = create(NIGHTLY).scheduleId();
    Map<String, Object> range =
        Map.of("from", "2024-10-26T12:00:00", "to", "2024-10-29T12:00:00", "dry_run", true);
    BackfillReport report = schedules().backfill(id, range);

    assertThat(report.dryRun()).isTrue();
    assertThat(report.total()).isEqualTo(3);
    assertThat(report.timezone()).isEqualTo("Europe/Berlin");
    assertThat(report.from()).isEqualTo("2024-10-26T10:00:00.000Z");
    assertThat(report.concurrency()).isEqualTo(1);
    assertThat(report.data())
        .extracting(BackfillReport.BackfillTime::at)
        .containsExactly(
            "2024-10-27T00:00:00.000Z", "2024-10-28T01:00:00.000Z", "2024-10-29T01:00:00.000Z");
    assertThat(report.data().getFirst().clockChange()).isEqualTo("first_pass");
    assertThat(report.data()).noneMatch(BackfillReport.BackfillTime::hadJob);
    assertThat(report.backfill()).isNull();
    assertThat(schedules().get(id).backfill()).isNull();
    assertThat(schedules().get(id).counters().dispatched()).isZero();
  }

  @Test
  default void aBackfillMakesOneJobForATimeHoweverOftenItIsAsked() {
    String id = create(NIGHTLY).scheduleId();
    schedules().pause(id, "", null);
    Map<String, Object> range =
        Map.of("from", "2024-06-01T00:00:00", "to", "2024-06-04T00:00:00", "concurrency", 3);
    BackfillReport report = schedules().backfill(id, range);
    assertThat(report.total()).isEqualTo(3);
    assertThat(report.backfill().total()).isEqualTo(3);

    filled(id);
    ScheduleView view = schedules().get(id);
    assertThat(view.status()).isEqualTo("paused");
    assertThat(view.counters().dispatched()).isEqualTo(3);
    assertThat(view.backfill().made()).isEqualTo(3);
    assertThat(view.dispatches())
        .extracting(DispatchRecord::reason)
        .containsExactly("backfill", "backfill", "backfill");
    assertThat(view.dispatches().getLast().scheduledFor()).isEqualTo("2024-06-01T00:00:00.000Z");

    schedules().backfill(id, Map.of("from", "2024-06-02T00:00:00", "to", "2024-06-05T00:00:00"));
    filled(id);
    assertThat(schedules().get(id).backfill().skipped()).isEqualTo(2);
    assertThat(schedules().get(id).counters().dispatched()).isEqualTo(4);
    Map<String, Object> dry = new java.util.HashMap<>(range);
    dry.put("dry_run", true);
    assertThat(schedules().backfill(id, dry).data()).allMatch(BackfillReport.BackfillTime::hadJob);
  }

  private void filled(String id) {
    Eventually.eventually(
        "the backfill is over",
        () -> {
          goOn();
          return schedules().get(id).backfill().status().equals("completed");
        });
  }

  @Test
  default void aBackfillIsCancelledAndOneRunsAtATime() {
    String id =
        schedules()
            .create(
                new NewSchedule(
                    Submission.of(SampleManifests.program("nightly", "sleep", "600")),
                    Map.of("cron", "0 * * * *"),
                    Map.of()))
            .scheduleId();
    Map<String, Object> range =
        Map.of("from", "2024-06-01T00:00:00Z", "to", "2024-06-02T00:00:00Z");
    schedules().backfill(id, range);
    assertThat(schedules().backfill(id, range).backfill().status()).isEqualTo("running");
    fails(
        () ->
            schedules()
                .backfill(id, Map.of("from", "2024-06-01T00:00:00Z", "to", "2024-06-03T00:00:00Z")),
        ErrorCode.PRECONDITION,
        "runs; wait for it or cancel it");
    fails(
        () -> schedules().update(id, Map.of("cron", "1 * * * *"), ""),
        ErrorCode.PRECONDITION,
        "before its times change");

    assertThat(schedules().cancelBackfill(id).backfill().status()).isEqualTo("cancelled");
    fails(() -> schedules().cancelBackfill(id), ErrorCode.PRECONDITION, "no backfill");
    assertThat(schedules().update(id, Map.of("cron", "1 * * * *"), "").crons())
        .containsExactly("1 * * * *");
  }

  @Test
  default void whatCannotBeBackfilledIsRefused() {
    String id = create(Map.of("cron", "* * * * *")).scheduleId();
    fails(
        () ->
            schedules()
                .backfill(
                    id,
                    Map.of(
                        "from", "soon", "to", "2999-01-01T00:00:00Z", "concurrency", 21, "x", 1)),
        ErrorCode.INVALID,
        "from must be a time such as 2026-06-21T02:00:00Z, without an offset one of UTC; "
            + "concurrency must be a whole number from 1 to 20; to must not be later than now");
    fails(
        () -> schedules().backfill(id, Map.of("concurrency", 0)),
        ErrorCode.INVALID,
        "concurrency must be a whole number from 1 to 20");
    fails(
        () -> backfill(id, "1960-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ErrorCode.INVALID,
        "from is not in the years 1970 to 9999");
    fails(
        () -> schedules().backfill(id, Map.of("from", "2024-01-01T00:00:00Z", "x", 1)),
        ErrorCode.INVALID,
        "x is not known");
    fails(
        () -> backfill(id, "2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z"),
        ErrorCode.INVALID,
        "to must be later than from");
    fails(
        () -> backfill(id, "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
        ErrorCode.INVALID,
        "more than 10000 times from from to to; ask for them in parts, the first with to "
            + "2024-01-07T22:40:00.000Z");
    fails(
        () -> backfill(id, "2024-01-01T00:00:01Z", "2024-01-01T00:00:59Z"),
        ErrorCode.INVALID,
        "the schedule has no time from");
    String event = create(Map.of("trigger", Map.of("event_type", "x"))).scheduleId();
    fails(
        () -> backfill(event, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"),
        ErrorCode.INVALID,
        "only a periodic schedule has times to backfill; this one is event");
    fails(
        () -> backfill("sched_none", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"),
        ErrorCode.NOT_FOUND,
        "sched_none");
  }

  private void backfill(String id, String from, String to) {
    schedules().backfill(id, Map.of("from", from, "to", to));
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
  default void aPreviewSaysWhatTheClocksDoAndEndsWithTheYear9999() {
    Map<String, Object> leftOut =
        Map.of("run_at", "2099-03-29T02:30:00", "timezone", "Europe/Berlin");
    var firing = schedules().preview(new PreviewQuery(null, leftOut, 1, null)).data().getFirst();
    assertThat(firing.at()).isEqualTo("2099-03-29T01:00:00.000Z");
    assertThat(firing.local()).isEqualTo("2099-03-29T02:30");
    assertThat(firing.clockChange()).isEqualTo("moved");
    var last = new PreviewQuery(null, Map.of("cron", "0 0 * * *"), 5, "9999-12-29T12:00:00Z");
    assertThat(schedules().preview(last).data())
        .extracting(FiringPreview.FiringTime::at)
        .containsExactly("9999-12-30T00:00:00.000Z", "9999-12-31T00:00:00.000Z");
    fails(
        () ->
            schedules()
                .preview(new PreviewQuery(null, Map.of("cron", "@daily"), 1, "1960-01-01T00:00")),
        ErrorCode.INVALID,
        "from is not in the years 1970 to 9999");
  }

  @Test
  default void aManifestSaysWhenInOnePlace() {
    String manifest =
        QUICK.replaceFirst(
            "\\{", "{\"schedule\":{\"cron\":\"@daily\"},\"triggers\":{\"event_type\":\"x\"},");
    fails(
        () ->
            schedules()
                .create(new NewSchedule(Submission.of(manifest), Map.of(), Map.of("api", "test"))),
        ErrorCode.INVALID,
        "the manifest says when in triggers and in schedule.cron; leave one of them out");
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
        "delay_ms: \"+33715-01-01T00:00:00Z\" is not in the years 1970 to 9999");
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
    assertThatThrownBy(() -> create(Map.of("interval_ms", 300_000)))
        .hasMessageEndingWith("schedule.interval_ms is not known: write cron, such as */5 * * * *");
    fails(
        () -> create(Map.of("cron", "@daily", "from", "2030-01-01")),
        ErrorCode.INVALID,
        "schedule.from is not known");
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
    assertThatThrownBy(() -> create(Map.of("kind", "often", "delay_ms", 1)))
        .hasMessage("schedule.kind must be periodic, delayed, event, or resource_wait");
    fails(
        () -> create(Map.of("cron", "@daily", "name", "a\u001b[1m")),
        ErrorCode.INVALID,
        "schedule.name must have no control characters");
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

  /** Two events, of which a test gives some members anew. */
  private static Map<String, Object> correlate(Map<String, Object> other) {
    Map<String, Object> correlate = new HashMap<>();
    correlate.put("events", List.of(Map.of("event_type", "a"), Map.of("event_type", "b")));
    correlate.put("within_ms", 600_000);
    correlate.putAll(other);
    return Map.of("correlate", correlate);
  }

  private static Map<String, Object> debounce(Map<String, Object> debounce) {
    return Map.of("event_type", "a", "debounce", debounce);
  }

  @Test
  default void whatEventsWaitForIsToldAsItWasNormalised() {
    ScheduleView pair = create(Map.of("trigger", correlate(Map.of("key", "order.id"))));
    assertThat(pair.kind()).isEqualTo("event");
    assertThat(pair.trigger()).doesNotContainKey("event_type");
    assertThat(pair.trigger().get("correlate"))
        .hasToString(
            "{events=[{event_type=a, key=order.id}, {event_type=b, key=order.id}],"
                + " within_ms=600000}");
    assertThat(pair.why()).contains("events a and b within 600000 ms");

    ScheduleView quiet = create(Map.of("trigger", debounce(Map.of("wait_ms", 500))));
    assertThat(quiet.trigger().get("debounce")).hasToString("{wait_ms=500, max_wait_ms=5000}");
    assertThat(quiet.why()).contains("an event a, and then for quiet of 500 ms");
    ScheduleView renamed = schedules().update(quiet.scheduleId(), Map.of("name", "n"), null);
    assertThat(renamed.trigger()).isEqualTo(quiet.trigger());
  }

  @Test
  default void whatIsWrongWithEventsThatWaitIsSaid() {
    String waiting = create(Map.of("trigger", Map.of("event_type", "x"))).scheduleId();
    Map<Map<String, Object>, String> faults = new LinkedHashMap<>();
    faults.put(
        correlate(Map.of("events", List.of(Map.of("event_type", "a")))),
        "schedule.trigger.correlate.events must be a list of 2 to 10 events");
    faults.put(
        correlate(Map.of("events", "a and b")),
        "schedule.trigger.correlate.events must be a list of objects");
    faults.put(
        correlate(Map.of("events", List.of(Map.of("event_type", "a"), Map.of("key", "k")))),
        "schedule.trigger.correlate.events.1.event_type is required");
    faults.put(
        correlate(
            Map.of(
                "events",
                List.of(Map.of("event_type", "a"), Map.of("event_type", "b", "key", "k")))),
        "schedule.trigger.correlate.key is required: only some of the events have a key");
    faults.put(
        correlate(
            Map.of(
                "events",
                List.of(Map.of("event_type", "a", "kye", "k"), Map.of("event_type", "b")))),
        "schedule.trigger.correlate.events.0.kye is not known");
    faults.put(
        correlate(Map.of("within_ms", 0)),
        "schedule.trigger.correlate.within_ms must be a whole number from 1 to 604800000");
    faults.put(
        correlate(Map.of("within_ms", "soon")),
        "schedule.trigger.correlate.within_ms must be a whole number from 1 to 604800000");
    faults.put(correlate(Map.of("within", 5)), "schedule.trigger.correlate.within is not known");
    faults.put(debounce(Map.of()), "schedule.trigger.debounce.wait_ms must be a number of milli");
    faults.put(
        debounce(Map.of("wait_ms", 5_000, "max_wait_ms", 4_000)),
        "schedule.trigger.debounce.max_wait_ms must not be below wait_ms");
    faults.put(
        debounce(Map.of("wait_ms", 5_000, "kee", "a")),
        "schedule.trigger.debounce.kee is not known");
    Map<String, Object> both = new HashMap<>(correlate(Map.of()));
    both.putAll(debounce(Map.of("wait_ms", 1)));
    fails(
        () -> create(Map.of("trigger", both)),
        ErrorCode.INVALID,
        "schedule.trigger.debounce cannot be given beside correlate");
    faults.put(both, "schedule.trigger.event_type is said in correlate.events");
    faults.put(
        Map.of("event_type", "a\nb"),
        "schedule.trigger.event_type must have at most 200 characters and no control characters");
    faults.forEach(
        (trigger, text) -> {
          fails(() -> create(Map.of("trigger", trigger)), ErrorCode.INVALID, text);
          fails(
              () -> schedules().update(waiting, Map.of("trigger", trigger), null),
              ErrorCode.INVALID,
              text);
        });
    assertThat(schedules().get(waiting).trigger()).containsEntry("event_type", "x");
  }
}
