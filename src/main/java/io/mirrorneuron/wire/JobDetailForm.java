package io.mirrorneuron.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobDetail.JobFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the detail of a job, {@code grpc.md} section 5, from any runtime, and other documents about
 * jobs. Members with several names are read under all of them.
 */
public final class JobDetailForm {
  private static final Set<String> LASTING = Set.of("service", "system");

  private JobDetailForm() {}

  /** A document about a job; adjacent members are names of one thing. */
  private record DetailFields(
      String status,
      String runId,
      @JsonProperty("runId") String runIdInCamelCase,
      String graphId,
      String traceId,
      String submittedAt,
      String startedAt,
      String createdAt,
      String endedAt,
      String finishedAt,
      String completedAt,
      String workflowKind,
      String jobType,
      String type,
      String kind,
      String streamMode,
      JsonNode failure,
      JsonNode error,
      Result result,
      JsonNode reason,
      JsonNode statusReason) {

    JobFacts facts() {
      return new JobFacts(
          status,
          first(runId, runIdInCamelCase),
          graphId,
          traceId,
          first(submittedAt, startedAt, createdAt),
          first(endedAt, finishedAt, completedAt),
          isLasting(workflowKind)
              || isLasting(jobType)
              || isLasting(type)
              || isLasting(kind)
              || "live".equals(streamMode),
          Stream.of(failure, error, result == null ? null : result.error, reason, statusReason)
              .filter(Objects::nonNull)
              .toList());
    }
  }

  private record Result(JsonNode error, String reason) {}

  /** Only in the runtime's own record of the job. */
  private record Job(Long eventSeq, ManifestRef manifestRef, Result result) {}

  private record ManifestRef(String bundleFingerprint) {}

  private static boolean isLasting(String word) {
    return word != null && LASTING.contains(word);
  }

  private static String first(String... reported) {
    for (String one : reported) {
      if (one != null) {
        return one;
      }
    }
    return null;
  }

  public static JobDetail read(ObjectNode json) {
    JsonNode job = json.path("job");
    JsonNode summary = json.path("summary");
    JsonNode ledger = job.path("workflow_state");
    Job own = LenientJson.read(job, Job.class);
    return new JobDetail(
        job.isObject(),
        LenientJson.read(job, JobBrief.class),
        facts(job).or(facts(summary)).or(facts(ledger)),
        own.result == null ? null : own.result.reason,
        own.eventSeq == null ? newest(json) : own.eventSeq,
        own.manifestRef == null ? null : own.manifestRef.bundleFingerprint,
        new JobDetail.Parts(
            json.path("agents"),
            ledger,
            object(job.path("topology"), job.path("runtime_topology")),
            object(json.path("manifest"), job.path("manifest"), summary.path("manifest")),
            job.hasNonNull("result") ? job.get("result") : MissingNode.getInstance()),
        json);
  }

  /** A job of which only its row is known. */
  public static JobDetail ofRow(byte[] row) {
    String text = new String(row, StandardCharsets.UTF_8);
    return read(Json.object().set("job", Json.parseObject(text, "row of a job")));
  }

  /** The member {@code status} of a row, without parsing all of it; null when none is found. */
  public static String statusOfRow(byte[] row) {
    try (JsonParser parser = Json.MAPPER.createParser(row)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isStatus = parser.currentName().equals("status");
        if (parser.nextToken() == JsonToken.VALUE_STRING && isStatus) {
          return parser.getText();
        }
        parser.skipChildren();
      }
      return null;
    } catch (IOException e) {
      return null; // a full read reports the failure
    }
  }

  private static long newest(ObjectNode json) {
    JsonNode number = json.path("recent_events").path(0).path("seq");
    return number.isIntegralNumber() ? number.asLong() : Long.MAX_VALUE;
  }

  private static JsonNode object(JsonNode... places) {
    return Stream.of(places)
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  /** The facts of a document about a job, or about the submission of one. */
  public static JobFacts facts(JsonNode document) {
    return document.isObject()
        ? LenientJson.read(document, DetailFields.class).facts()
        : JobFacts.NONE;
  }
}
