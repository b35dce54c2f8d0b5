package io.mirrorneuron.area;

import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.bus.AnswerWithWarnings;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.bundle.BundleRequest;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public final class SchedulesVerticle extends AreaVerticle {
  private static final int LIMIT = 64;
  private static final Map<String, Object> SOURCE = Map.of("api", "create_schedule");

  /** Members of a request to create a schedule. */
  private static final Set<String> MADE =
      Stream.concat(BundleRequest.MEMBERS.stream(), Stream.of("schedule", "source"))
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<String> APPLIED =
      Stream.concat(MADE.stream(), Stream.of("reason")).collect(Collectors.toUnmodifiableSet());

  private static final Map<String, Object> APPLIED_SOURCE = Map.of("api", "apply_schedule");
  private static final Set<String> REASON = Set.of("reason", "until");

  private final SchedulesPort schedules;
  private final BundleStaging staging;

  public SchedulesVerticle(SchedulesPort schedules, BundleStaging staging) {
    super("schedules", LIMIT);
    this.schedules = schedules;
    this.staging = staging;
    on("createSchedule", this::created);
    warned("applySchedule", APPLIED, this::apply);
    warned("replaceScheduleBundle", APPLIED, this::replaceBundle);
    on("listScheduleVersions", this::versions);
    warned("rollBackSchedule", Set.of("version", "reason"), this::rollBack);
    on("listSchedules", this::list);
    on("getSchedule", call -> schedules.get(id(call)));
    warned("updateSchedule", Set.of("attrs", "reason"), this::update);
    warned("pauseSchedule", REASON, this::pause);
    warned("resumeSchedule", REASON, this::resume);
    on("deleteSchedule", call -> schedules.delete(id(call), call.text("reason")));
    warned("dispatchSchedule", Set.of("payload", "reason"), this::dispatch);
    on("backfillSchedule", this::backfill);
    on("cancelBackfill", call -> schedules.cancelBackfill(id(call)));
    on("listFirings", this::firings);
    warned("previewSchedule", Set.of("schedule", "count", "from"), this::preview);
  }

  /**
   * @param known members of its request
   */
  private <T> void warned(String operation, Set<String> known, Function<ApiCall, T> work) {
    on(operation, call -> AnswerWithWarnings.of(call, known, () -> work.apply(call)));
  }

  private static String id(ApiCall call) {
    return call.text("schedule_id");
  }

  private record Wanted(Map<String, Object> schedule, Map<String, Object> source) {}

  /** With the schedule's own warnings, such as a name already in use. */
  private AnswerWithWarnings<ScheduleView> created(ApiCall call) {
    AnswerWithWarnings<ScheduleView> made =
        AnswerWithWarnings.of(call, MADE, () -> sent(call, SOURCE, schedules::create));
    List<String> all = new ArrayList<>(made.warnings());
    all.addAll(made.answer().warnings());
    return new AnswerWithWarnings<>(made.answer().warned(List.of()), all);
  }

  /** Runs the work with the bundle of the request. */
  private <T> T sent(ApiCall call, Map<String, Object> usual, Function<NewSchedule, T> work) {
    BundleRequest bundle = LenientJson.read(call.body(), BundleRequest.class);
    Wanted wanted = LenientJson.read(call.body(), Wanted.class);
    Map<String, Object> source = wanted.source().isEmpty() ? usual : wanted.source();
    return bundle.whileHeld(
        staging,
        () ->
            work.apply(
                new NewSchedule(
                    bundle.submission(staging, null, call.subject()), wanted.schedule(), source)));
  }

  private AppliedSchedule apply(ApiCall call) {
    String why = reason(call).reason();
    return sent(call, APPLIED_SOURCE, wanted -> schedules.apply(call.text("name"), wanted, why));
  }

  private AppliedSchedule replaceBundle(ApiCall call) {
    String why = reason(call).reason();
    return sent(call, APPLIED_SOURCE, wanted -> schedules.replaceBundle(id(call), wanted, why));
  }

  private ScheduleVersions versions(ApiCall call) {
    Integer version = call.has("version") ? Integer.valueOf((int) call.integer("version")) : null;
    return schedules.versions(id(call), version);
  }

  private record Back(Integer version, String reason) {}

  private ScheduleView rollBack(ApiCall call) {
    Back back = LenientJson.read(call.body(), Back.class);
    return schedules.rollBack(id(call), back.version(), back.reason());
  }

  private SchedulesPort.Page list(ApiCall call) {
    return schedules.list(
        new SchedulesPort.Query(
            word(call, "kind", SchedulesPort.Query.KINDS),
            word(call, "status", SchedulesPort.Query.STATUSES),
            call.has("enabled") ? (Boolean) call.flag("enabled") : null,
            call.text("after"),
            (int) Math.min(call.integer("limit"), Integer.MAX_VALUE)));
  }

  private static String word(ApiCall call, String name, List<String> known) {
    String word = call.text(name);
    if (word != null && !known.contains(word)) {
      throw MnException.invalid("%s must be one of %s".formatted(name, String.join(", ", known)));
    }
    return word;
  }

  /** Null in a change removes a member, so nulls must survive parsing. */
  private ScheduleView update(ApiCall call) {
    Reason reason = LenientJson.read(call.body(), Reason.class);
    return schedules.update(id(call), members(call.body().get("attrs")), reason.reason());
  }

  private static Map<String, Object> members(Object tree) {
    return Json.MAPPER.convertValue(tree, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  private BackfillReport backfill(ApiCall call) {
    return schedules.backfill(id(call), members(call.body()));
  }

  private record Reason(String reason, String until) {}

  private static Reason reason(ApiCall call) {
    return LenientJson.read(call.body(), Reason.class);
  }

  private ScheduleView resume(ApiCall call) {
    Reason reason = reason(call);
    if (reason.until() != null) {
      throw MnException.invalid("until is for a pause: a schedule that is resumed goes on now");
    }
    return schedules.resume(id(call), reason.reason());
  }

  private ScheduleView pause(ApiCall call) {
    Reason reason = reason(call);
    return schedules.pause(id(call), reason.reason(), reason.until());
  }

  private record Dispatch(Map<String, Object> payload, String reason) {}

  private DispatchReport dispatch(ApiCall call) {
    Dispatch wanted = LenientJson.read(call.body(), Dispatch.class);
    return schedules.dispatch(
        id(call), wanted.payload(), wanted.reason(), call.text("Idempotency-Key"));
  }

  private FiringPreview firings(ApiCall call) {
    return schedules.preview(
        new PreviewQuery(id(call), Map.of(), (int) call.integer("count"), call.text("from")));
  }

  private record Preview(Map<String, Object> schedule, int count, String from) {}

  private FiringPreview preview(ApiCall call) {
    Preview wanted = LenientJson.read(call.body(), Preview.class);
    return schedules.preview(
        new PreviewQuery(null, wanted.schedule(), wanted.count(), wanted.from()));
  }

  public static final class SchedulesModule {
    private SchedulesModule() {}

    public static AreaVerticle of(Platform platform) {
      return new SchedulesVerticle(platform.schedules(), platform.staging());
    }
  }
}
