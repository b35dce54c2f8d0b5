package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.NullableTime;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.port.Why.Subject;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;

/** Builder of an explanation. Times are milliseconds since the epoch; 0 means none. */
final class ExplanationDraft {
  private final Subject subject;
  private final String state;
  private final String cause;
  private final String text;
  private String record;
  private List<String> waitingFor = List.of();
  private String executionId;
  private NullableTime since;
  private NullableTime until;
  private String pool;
  private QueuePlace place;
  private String stderrTail = "";

  ExplanationDraft(Subject subject, String state, String cause, String text, String record) {
    this.subject = subject;
    this.state = state;
    this.cause = cause;
    this.text = text;
    this.record = record;
  }

  /** Sets a record other than the subject's own. */
  ExplanationDraft record(String place) {
    record = place;
    return this;
  }

  ExplanationDraft waitingFor(List<String> ids) {
    waitingFor = ids;
    return this;
  }

  ExplanationDraft execution(String id) {
    executionId = id;
    return this;
  }

  ExplanationDraft since(long millis) {
    since = moment(millis);
    return this;
  }

  ExplanationDraft until(long millis) {
    until = moment(millis);
    return this;
  }

  /**
   * @param known null when the place in the queue is unknown
   */
  ExplanationDraft pool(String name, QueuePlace known) {
    pool = name;
    place = known;
    return this;
  }

  /**
   * @param error cause of the failure, {@code mn.error.v1}
   */
  ExplanationDraft after(JsonNode error) {
    stderrTail = error.at("/details/stderr_tail").asText();
    return this;
  }

  Explanation finished() {
    return new Explanation(
        subject,
        state,
        cause,
        text,
        record,
        waitingFor,
        executionId,
        since,
        until,
        pool,
        place == null ? null : place.position(),
        place == null ? null : place.length(),
        stderrTail);
  }

  private static NullableTime moment(long millis) {
    return new NullableTime(millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis)));
  }
}
