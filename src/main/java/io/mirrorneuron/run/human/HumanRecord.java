package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunRecord;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * A record of what a program asked people or told them, or of what people did about it. Programs
 * write such records too, so any member may be absent.
 *
 * @param line as it was written
 * @param requestId of the request that it belongs to; empty when it belongs to none
 * @param time null when the record has none
 */
record HumanRecord(RunRecord line, HumanType type, String requestId, Instant time) {

  static HumanRecord of(RunRecord line) {
    return new HumanRecord(line, HumanType.of(line.type()), text(line, "request_id"), line.time());
  }

  /** Of the payload or, where it has none, of the record itself; empty without one. */
  private static String text(RunRecord line, String member) {
    return line.payload().path(member).asText(line.json().path(member).asText(""));
  }

  ObjectNode json() {
    return line.json();
  }

  boolean is(HumanType wanted) {
    return type == wanted;
  }

  /** The time, or the earliest of all when the record has none. */
  Instant timeOrFirst() {
    return time == null ? Instant.MIN : time;
  }

  /** Who made it. */
  Person by() {
    return Person.in(line.payload());
  }

  /** What was decided; null without a word for it. */
  String decision() {
    return line.payload().path("decision").textValue();
  }

  boolean isApproval() {
    return line.payload().path("approved").asBoolean(false);
  }

  /** The hash of what its author had seen, or null. */
  String shownSha256() {
    return line.payload().path("shown_sha256").textValue();
  }

  /** When the claim that it records ends; null when it records none. */
  Instant claimedUntil() {
    return Records.time(line.payload().path("until").asText(""));
  }

  /** A program's word for how things stand; empty when it gave none. */
  String status() {
    return text(line, "status");
  }

  /** Of the notice that it is or acknowledges; empty when it names none. */
  String noticeId() {
    return line.payload().path("notice_id").asText("");
  }

  /** Whether it is a notice of this name; a notice may be called by several. */
  boolean isNotice(String name) {
    return is(HumanType.HUMAN_NOTICE)
        && Stream.of(noticeId(), line.payload().path("id").asText(""), line.spanId())
            .anyMatch(name::equals);
  }
}
