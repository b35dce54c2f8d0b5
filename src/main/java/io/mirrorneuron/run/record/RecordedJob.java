package io.mirrorneuron.run.record;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A job as its row in the store has it, as far as the documents of its run tell of it. Texts that
 * the row does not have are null, but for {@code runId}, {@code status} and {@code submittedAt},
 * which are empty then.
 *
 * @param eventSeq the number of the job's last event
 * @param activeExecutors how many programs of the job are running
 * @param failure why it failed, or null
 */
record RecordedJob(
    String jobId,
    String runId,
    String graphId,
    String jobName,
    String traceId,
    String status,
    String submittedAt,
    String updatedAt,
    String submittedBy,
    String cancelledBy,
    String cancelReason,
    ObjectNode failure,
    long eventSeq,
    int activeExecutors) {

  private static final TypeReference<Map<String, Object>> ANY = new TypeReference<>() {};

  RecordedJob {
    runId = Objects.requireNonNullElse(runId, "");
    status = Objects.requireNonNullElse(status, "");
    submittedAt = Objects.requireNonNullElse(submittedAt, "");
  }

  static RecordedJob parse(String row) {
    return LenientJson.read(Json.parseObject(row, "stored row"), RecordedJob.class);
  }

  boolean hasEnded() {
    return new RunStatus(status).isFinal();
  }

  /** What a manifest tells of the schedule that made a job. */
  private record Made(Metadata metadata) {
    private record Metadata(Dispatch scheduleDispatch) {}

    private record Dispatch(String scheduleId, Payload payload, Event event) {}

    private record Payload(int chain) {}

    private record Event(String source) {}

    EndedJob.Origin origin() {
      if (metadata == null || metadata.scheduleDispatch == null) {
        return EndedJob.Origin.NONE;
      }
      Dispatch dispatch = metadata.scheduleDispatch;
      boolean byAnEnd = dispatch.event != null && EndedJob.TELLER.equals(dispatch.event.source);
      int before = dispatch.payload == null ? 0 : dispatch.payload.chain;
      return new EndedJob.Origin(dispatch.scheduleId, byAnEnd ? before + 1 : 0);
    }
  }

  static EndedJob.Origin origin(ObjectNode manifest) {
    return LenientJson.read(manifest, Made.class).origin();
  }

  EndedJob asEnded(EndedJob.Origin origin) {
    return new EndedJob(
        jobId,
        runId,
        graphId,
        status,
        jobName,
        submittedBy,
        failure == null ? null : Json.MAPPER.convertValue(failure, ANY),
        origin,
        eventSeq);
  }

  Optional<ObjectNode> error() {
    return Optional.ofNullable(failure);
  }
}
