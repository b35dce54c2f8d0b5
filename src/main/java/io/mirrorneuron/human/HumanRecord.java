package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.HumanRequest.HumanType;
import io.mirrorneuron.wire.Timestamps;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A record of a program's or step's request or notice, or of an act of people on it. Programs write
 * such records too, so any member may be absent.
 *
 * @param json as it was written
 * @param requestId of its request; generated for a question without one; empty without a request
 * @param time when it was written or, when the record does not say, arrived; null when neither is
 *     known
 */
public record HumanRecord(ObjectNode json, HumanType type, String requestId, Instant time) {

  public static HumanRecord of(ObjectNode json) {
    return of(json, null);
  }

  /**
   * @param arrived when the record was there, for one that does not say when it was written; or
   *     null
   */
  public static HumanRecord of(ObjectNode json, Instant arrived) {
    HumanType type = HumanType.of(json.path("type").asText(""));
    String id = namedId(json);
    boolean unnamed = id.isEmpty() && type == HumanType.HUMAN_INPUT_REQUESTED;
    Instant time = Timestamps.instant(timeText(json));
    return new HumanRecord(
        json, type, unnamed ? Question.idOfUnnamed(json) : id, time == null ? arrived : time);
  }

  /** The id as it was written; empty when there is none. */
  static String namedId(ObjectNode json) {
    return text(json, "request_id");
  }

  public String namedId() {
    return namedId(json);
  }

  /** Of the payload or, where it has none, of the record itself; empty without one. */
  private static String text(ObjectNode json, String member) {
    return payload(json).path(member).asText(json.path(member).asText(""));
  }

  private static String timeText(ObjectNode json) {
    return json.path("ts").asText(json.path("timestamp").asText(""));
  }

  /** The time as written. */
  public String timeText() {
    return timeText(json);
  }

  public String spanId() {
    return json.path("span_id").asText("");
  }

  public String traceId() {
    return json.path("trace_id").asText("");
  }

  /** Null unless it is a text. */
  public String blueprintId() {
    return json.path("blueprint_id").textValue();
  }

  /** A missing node when there is none. */
  public JsonNode payload() {
    return payload(json);
  }

  static JsonNode payload(ObjectNode json) {
    return json.path("payload");
  }

  /** Whether the runtime wrote it as the copy of an event of a job. */
  public boolean isOfJob() {
    return json.has("event_id");
  }

  public boolean is(HumanType wanted) {
    return type == wanted;
  }

  /** The time, or the earliest of all when the record has none. */
  public Instant timeOrFirst() {
    return time == null ? Instant.MIN : time;
  }

  /** Who made it. */
  public Person by() {
    return Person.in(payload());
  }

  /** What was decided; null without a word for it. */
  public String decision() {
    return payload().path("decision").textValue();
  }

  public boolean isApproval() {
    return payload().path("approved").asBoolean(false);
  }

  /** What its author says for those who read the record; empty when that is nothing. */
  public Optional<String> comment() {
    return Optional.of(payload().path("comment").asText("")).filter(text -> !text.isEmpty());
  }

  /** The hash of what its author had seen, or null. */
  public String shownSha256() {
    return payload().path("shown_sha256").textValue();
  }

  /** When the claim that it records ends; null when it records none. */
  Instant claimedUntil() {
    return Timestamps.instant(payload().path("until").asText(""));
  }

  /** A program's word for how things stand; empty when it gave none. */
  public String status() {
    return text(json, "status");
  }

  /** Of the notice that it is or acknowledges; empty when it names none. */
  public String noticeId() {
    return text(json, "notice_id");
  }

  /** Whether it is a notice of this name; a notice may be called by several. */
  public boolean isNotice(String name) {
    return is(HumanType.HUMAN_NOTICE)
        && Stream.of(noticeId(), text(json, "id"), spanId()).anyMatch(name::equals);
  }
}
