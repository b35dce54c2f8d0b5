package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;

/**
 * Names of the fields of a stored job, and access to header and counters without the rest of the
 * state.
 *
 * <p>The fields: {@code h} header, {@code c} counters, {@code a:<agent>} agent record, {@code
 * s:<step>} step record, {@code o:<step>} list of its output, {@code m:<seq>} message that waits or
 * was the input of a step, {@code g:<agent>:<n>} sender and collected body, {@code x:<n>} receipt,
 * {@code q:<id>} question to people, {@code p} where agents run, {@code d} what they run if it was
 * changed. Large values in them are {@link Blobs}.
 */
public final class StoredFields {
  public static final String HEADER = "h";

  /** The plan of the node that has the job; a copy of the job elsewhere has its own. */
  public static final String PLAN = JobDefinition.PLAN_FIELD;

  static final String COUNTERS = "c";
  static final String AGENT = "a:";
  static final String MESSAGE = "m:";

  private StoredFields() {}

  static String agent(AgentState agent) {
    return AGENT + agent.id();
  }

  static String step(StepState step) {
    return "s:" + step.id();
  }

  static String output(StepState step) {
    return "o:" + step.id();
  }

  static String message(long seq) {
    return MESSAGE + seq;
  }

  /**
   * @param n from 1
   */
  static String collected(AgentState agent, int n) {
    return "g:" + agent.id() + ":" + n;
  }

  // ---- the header

  /** The header alone, also for a job whose manifest cannot be read any more. */
  public static JobHeader header(StoredJob stored) {
    return header(stored, Blobs.outline());
  }

  /** The header with a result of any size. */
  public static JobHeader wholeHeader(StoredJob stored) {
    return header(stored, Blobs.of(Integer.MAX_VALUE, stored.blobs()));
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  public static JobHeader header(StoredJob stored, Blobs blobs) {
    try {
      return JobHeader.read(blobs.read(HEADER, stored.fields().get(HEADER)));
    } catch (JsonProcessingException | RuntimeException e) {
      throw damaged(stored, "header", e);
    }
  }

  public static Map<String, String> write(JobHeader header) {
    return Map.of(HEADER, Json.write(header.write()));
  }

  private record Payloads(String bundle) {}

  /** Fingerprint of the payload files in the header field, or null. */
  public static String bundleOf(String field) {
    return LenientJson.read(headerIn(parsed(field)), Payloads.class).bundle;
  }

  /** The header field with another run, other payloads and other subjects. */
  public static String withOrigin(String field, String runId, String bundle, Subjects subjects) {
    JsonNode json = parsed(field);
    ObjectNode header = (ObjectNode) headerIn(json);
    subjects.writeTo(header.put("run_id", runId).put("bundle", bundle));
    return Json.write(json);
  }

  private static JsonNode parsed(String field) {
    try {
      return Json.parse(field);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the header is malformed", e);
    }
  }

  private static JsonNode headerIn(JsonNode field) {
    return Blob.hasReferences(field) ? field.get(1) : field;
  }

  // ---- the counters

  /** The counters field after another event, without reading the rest of the state. */
  public static Map<String, String> countersAfter(
      long lastEventSeq, String type, StoredJob stored) {
    String[] parts = stored.fields().getOrDefault(COUNTERS, "0").split(",", 2);
    return Map.of(COUNTERS, parts[0] + "," + lastEventSeq + "," + type);
  }

  /**
   * The number of the last event in these fields.
   *
   * @throws IllegalStateException when it cannot be read
   */
  public static long lastEventSeq(Map<String, String> fields) {
    return readCounters(fields).events();
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  static Counters counters(StoredJob stored) {
    try {
      return readCounters(stored.fields());
    } catch (IllegalStateException e) {
      throw damaged(stored, "field " + COUNTERS, e);
    }
  }

  private static Counters readCounters(Map<String, String> fields) {
    try {
      return Counters.read(fields.getOrDefault(COUNTERS, "0,0,"));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalStateException("it must be two numbers and a word", e);
    }
  }

  /**
   * @param place for example {@code step a}
   */
  static MnException damaged(StoredJob stored, String place, Exception cause) {
    String what =
        cause instanceof MnException || cause instanceof IllegalStateException
            ? cause.getMessage()
            : "it has an unexpected form";
    return MnException.damaged(stored.jobId(), place + ": " + what);
  }
}
