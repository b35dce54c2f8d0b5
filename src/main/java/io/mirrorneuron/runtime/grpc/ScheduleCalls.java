package io.mirrorneuron.runtime.grpc;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.proto.ext.v1.ApplyScheduleRequest;
import io.mirrorneuron.proto.ext.v1.BackfillScheduleRequest;
import io.mirrorneuron.proto.ext.v1.CancelBackfillRequest;
import io.mirrorneuron.proto.ext.v1.ExtJsonResponse;
import io.mirrorneuron.proto.ext.v1.ListScheduleVersionsRequest;
import io.mirrorneuron.proto.ext.v1.PreviewScheduleRequest;
import io.mirrorneuron.proto.ext.v1.RollBackScheduleRequest;
import io.mirrorneuron.proto.ext.v1.RuntimeExtServiceGrpcService;
import io.mirrorneuron.proto.job.v1.CreateScheduleRequest;
import io.mirrorneuron.proto.job.v1.DispatchScheduleRequest;
import io.mirrorneuron.proto.job.v1.GetScheduleRequest;
import io.mirrorneuron.proto.job.v1.JobServiceGrpcService;
import io.mirrorneuron.proto.job.v1.ListSchedulesRequest;
import io.mirrorneuron.proto.job.v1.ScheduleActionRequest;
import io.mirrorneuron.proto.job.v1.ScheduleResponse;
import io.mirrorneuron.wire.GrpcMetadata;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Schedule calls. */
record ScheduleCalls(SchedulesPort schedules) {
  /** Bytes of a page beside its rows: more than its cursor and member names need. */
  private static final int ENVELOPE_BYTES = 1024;

  /** Members of {@code attrs_json} that a pause accepts. */
  private static final Set<String> PAUSE = Set.of("until");

  CallDispatcher.Entrance bind(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(JobServiceGrpcService.CreateSchedule, this::create)
        .unary(JobServiceGrpcService.GetSchedule, this::get)
        .unary(JobServiceGrpcService.ListSchedules, this::list)
        .unary(JobServiceGrpcService.UpdateSchedule, this::update)
        .unary(JobServiceGrpcService.PauseSchedule, this::pause)
        .unary(JobServiceGrpcService.ResumeSchedule, this::resume)
        .unary(JobServiceGrpcService.DeleteSchedule, this::delete)
        .unary(JobServiceGrpcService.DispatchSchedule, this::dispatch);
  }

  private static ScheduleResponse answer(Object document) {
    return ScheduleResponse.newBuilder().setResultJson(Json.write(document)).build();
  }

  /** Blank text is an empty object; text that is no object is refused. */
  static Map<String, Object> object(String text, String what) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (!text.isBlank()) {
      Json.parseStrictly(text, what)
          .properties()
          .forEach(
              member ->
                  members.put(
                      member.getKey(), Json.MAPPER.convertValue(member.getValue(), Object.class)));
    }
    return members;
  }

  private ScheduleResponse create(CreateScheduleRequest request, Call call) {
    return answer(schedules.create(wanted(request, call)));
  }

  private static NewSchedule wanted(CreateScheduleRequest request, Call call) {
    Submission bundle =
        new Submission(
            request.getManifestJson(),
            new Submission.Payloads.Inline(JobCalls.contents(request.getPayloadsMap())),
            null,
            call.caller().subject());
    return new NewSchedule(
        bundle,
        object(request.getScheduleJson(), "schedule_json"),
        object(request.getSourceJson(), "source_json"));
  }

  /** Calls that the original contract lacks. */
  CallDispatcher.Entrance bindOwn(CallDispatcher.Entrance entrance) {
    return entrance
        .unary(RuntimeExtServiceGrpcService.PreviewSchedule, this::preview)
        .unary(RuntimeExtServiceGrpcService.BackfillSchedule, this::backfill)
        .unary(RuntimeExtServiceGrpcService.CancelBackfill, this::cancelBackfill)
        .unary(RuntimeExtServiceGrpcService.ApplySchedule, this::apply)
        .unary(RuntimeExtServiceGrpcService.ListScheduleVersions, this::versions)
        .unary(RuntimeExtServiceGrpcService.RollBackSchedule, this::rollBack);
  }

  private static ExtJsonResponse reported(Object document) {
    return ExtJsonResponse.newBuilder().setResultJson(Json.write(document)).build();
  }

  private ExtJsonResponse preview(PreviewScheduleRequest request) {
    PreviewQuery query =
        LenientJson.read(
            Json.parseObject(request.getQueryJson(), "query_json"), PreviewQuery.class);
    return reported(schedules.preview(query));
  }

  private ExtJsonResponse backfill(BackfillScheduleRequest request) {
    Map<String, Object> wanted = object(request.getBackfillJson(), "backfill_json");
    return reported(schedules.backfill(request.getScheduleId(), wanted));
  }

  private ExtJsonResponse cancelBackfill(CancelBackfillRequest request) {
    return reported(schedules.cancelBackfill(request.getScheduleId()));
  }

  private ExtJsonResponse apply(ApplyScheduleRequest request, Call call) {
    boolean isById = !request.getScheduleId().isEmpty();
    if (isById && !request.getName().isEmpty()) {
      throw MnException.invalid("give name or schedule_id, not both");
    }
    NewSchedule wanted = wanted(request.getWanted(), call);
    return reported(
        isById
            ? schedules.replaceBundle(request.getScheduleId(), wanted, request.getReason())
            : schedules.apply(request.getName(), wanted, request.getReason()));
  }

  private ExtJsonResponse versions(ListScheduleVersionsRequest request) {
    Integer version = request.hasVersion() ? Integer.valueOf(request.getVersion()) : null;
    return reported(schedules.versions(request.getScheduleId(), version));
  }

  private ExtJsonResponse rollBack(RollBackScheduleRequest request) {
    Integer version = request.hasVersion() ? Integer.valueOf(request.getVersion()) : null;
    return reported(schedules.rollBack(request.getScheduleId(), version, request.getReason()));
  }

  private ScheduleResponse get(GetScheduleRequest request) {
    return answer(schedules.get(request.getScheduleId()));
  }

  private ScheduleResponse list(ListSchedulesRequest request) {
    return answer(fitting(schedules.list(query(request.getQueryJson()))));
  }

  /** The rows that fit into a message; the next page continues after them. */
  private static SchedulesPort.Page fitting(SchedulesPort.Page page) {
    int left = AnswerBudget.MESSAGE_BYTES - ENVELOPE_BYTES;
    for (int i = 0; i < page.data().size(); i++) {
      left -= Json.write(page.data().get(i)).getBytes(StandardCharsets.UTF_8).length + 1;
      if (left < 0 && i > 0) {
        List<ScheduleView> kept = page.data().subList(0, i);
        return new SchedulesPort.Page(kept, kept.getLast().scheduleId());
      }
    }
    return page;
  }

  /** Text that is no JSON object is an empty query. */
  private static SchedulesPort.Query query(String text) {
    SchedulesPort.Query asked = null;
    try {
      asked =
          LenientJson.read(
              text.isBlank() ? Json.object() : Json.parse(text), SchedulesPort.Query.class);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return SchedulesPort.Query.ALL;
    }
    return asked;
  }

  private ScheduleResponse update(ScheduleActionRequest request) {
    Map<String, Object> changes = object(request.getAttrsJson(), "attrs_json");
    return answer(schedules.update(request.getScheduleId(), changes, request.getReason()));
  }

  private ScheduleResponse pause(ScheduleActionRequest request) {
    Map<String, Object> attrs = object(request.getAttrsJson(), "attrs_json");
    if (!PAUSE.containsAll(attrs.keySet())) {
      throw MnException.invalid("attrs_json of a pause may have until, and nothing else");
    }
    Object until = attrs.get("until");
    if (until != null && !(until instanceof String)) {
      throw MnException.invalid("until must be a time such as 2026-06-21T02:00:00Z");
    }
    return answer(schedules.pause(request.getScheduleId(), request.getReason(), (String) until));
  }

  private ScheduleResponse resume(ScheduleActionRequest request) {
    return answer(schedules.resume(request.getScheduleId(), request.getReason()));
  }

  private ScheduleResponse delete(ScheduleActionRequest request) {
    return answer(schedules.delete(request.getScheduleId(), request.getReason()));
  }

  private ScheduleResponse dispatch(DispatchScheduleRequest request, Call call) {
    return answer(
        schedules.dispatch(
            request.getScheduleId(),
            object(request.getPayloadJson(), "payload_json"),
            request.getReason(),
            call.metadata().get(GrpcMetadata.IDEMPOTENCY_KEY)));
  }
}
