package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.StepGraph.Step;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How far one step is: the record of the ledger. */
final class StepState {
  /** Finished attempts that are remembered, the last ones. */
  static final int ATTEMPTS_KEPT = 25;

  enum Status {
    PENDING,
    /** It may start, and waits for its message. */
    READY,
    /** It has its message, and waits for its turn or its slots. */
    QUEUED,
    RUNNING,
    RETRY_WAIT,
    /** Its message came before its parents were done. */
    BLOCKED,
    COMPLETED,
    PARTIAL,
    SKIPPED,
    FAILED;

    boolean isTerminal() {
      return compareTo(COMPLETED) >= 0;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /** What the rules of its children look at. */
  enum Outcome {
    SUCCESS,
    FAILED,
    SKIPPED,
    PARTIAL,
    /** Its instances did its work. */
    MAPPED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of an instance, the name of its template and its number in brackets. */
  final String id;

  final Step step;

  /** Place in the order of the manifest. */
  final int order;

  /** Number of the item it works on, or -1 when it is no instance. */
  final int mapIndex;

  /** One for each agent that works for it; the first gets what comes from other steps. */
  final Map<String, Mailbox> mailboxes = new LinkedHashMap<>();

  /** Shared by all instances of a template. */
  final Tally parents;

  Status status = Status.PENDING;
  Outcome outcome;
  String reason;

  /** The last failure, an {@code mn.error.v1}, or null. */
  ObjectNode error;

  /** Number of the present or last attempt; 0 before the first. */
  int attempt;

  /** All in milliseconds since the epoch; 0 is never. */
  long blockedAt;

  long startedAt;

  long endedAt;
  long attemptStartedAt;
  long deadlineAt;
  long lastBeaconAt;
  long lastEventAt;

  /** Attempts that are over, as they appear in the ledger. */
  final List<ObjectNode> attempts = new ArrayList<>();

  /** What it was started with; kept for a later look or a fork. */
  Message input;

  boolean inputConsumed;

  JsonNode output;

  /** Of a template: how many instances do its work; -1 when it does it itself. */
  int instances = -1;

  StepState(String id, Step step, int order, int mapIndex, Tally parents) {
    this.id = id;
    this.step = step;
    this.order = order;
    this.mapIndex = mapIndex;
    this.parents = parents;
  }

  Mailbox entry() {
    return mailboxes.values().iterator().next();
  }

  boolean isInstance() {
    return mapIndex >= 0;
  }

  boolean isTerminal() {
    return status.isTerminal();
  }

  /** Whether nothing of it waits or flies: then there is nothing left to do for it. */
  boolean isQuiet() {
    return mailboxes.values().stream()
        .allMatch(mailbox -> mailbox.messages.isEmpty() && mailbox.flight == null);
  }

  /** Whether a program was ordered for it that has not been answered for, if only in a pause. */
  boolean isFlying() {
    return mailboxes.values().stream().anyMatch(mailbox -> mailbox.flight != null);
  }

  /** Whether it has its message; nothing else that comes can start it. */
  boolean isStarted() {
    return input != null;
  }

  /** Whether it may start, as far as its parents go. */
  Tally.Verdict verdict() {
    return parents.verdict(step.trigger());
  }

  boolean hasMessage() {
    return mailboxes.values().stream().anyMatch(mailbox -> !mailbox.messages.isEmpty());
  }

  /** Where the message is worked on that it was started with. */
  Mailbox inputMailbox() {
    return mailboxes.get(input.to());
  }

  /** What became of the message that it was started with. */
  String endOfInput() {
    return outcome == Outcome.FAILED ? "failed" : "acked";
  }

  boolean isInput(Message message) {
    return input != null && input.seq() == message.seq();
  }

  boolean hasConsumed(Message message) {
    return isInput(message) && inputConsumed;
  }

  String attemptId() {
    return id + ":attempt:" + attempt;
  }

  String write() {
    ObjectNode json = Json.object();
    json.put("status", status.word());
    if (isInstance()) {
      json.put("template", step.id()).put("map_index", mapIndex);
    }
    if (instances >= 0) {
      json.put("instances", instances);
    }
    if (outcome != null) {
      json.put("outcome", outcome.word());
    }
    if (reason != null) {
      json.put("reason", reason);
    }
    if (error != null) {
      json.set("error", error);
    }
    json.put("attempt", attempt);
    put(json, "blocked_at", blockedAt);
    put(json, "started_at", startedAt);
    put(json, "ended_at", endedAt);
    put(json, "attempt_started_at", attemptStartedAt);
    put(json, "deadline_at", deadlineAt);
    put(json, "last_beacon_at", lastBeaconAt);
    put(json, "last_event_at", lastEventAt);
    if (!attempts.isEmpty()) {
      json.putArray("attempts").addAll(attempts);
    }
    if (input != null) {
      json.put("input", input.seq()).put("input_consumed", inputConsumed);
    }
    ObjectNode boxes = Json.object();
    mailboxes.forEach(
        (agent, mailbox) -> {
          ObjectNode box = Json.object();
          mailbox.write(box);
          if (!box.isEmpty()) {
            boxes.set(agent, box);
          }
        });
    if (!boxes.isEmpty()) {
      json.set("mailboxes", boxes);
    }
    return Json.write(json);
  }

  private static void put(ObjectNode json, String member, long time) {
    if (time != 0) {
      json.put(member, time);
    }
  }

  void read(JsonNode json) {
    status = Status.of(json.path("status").asText());
    instances = json.path("instances").asInt(-1);
    outcome =
        json.hasNonNull("outcome")
            ? Outcome.valueOf(json.get("outcome").asText().toUpperCase(Locale.ROOT))
            : null;
    reason = json.path("reason").asText(null);
    error = json.path("error") instanceof ObjectNode node ? node : null;
    attempt = json.path("attempt").asInt();
    inputConsumed = json.path("input_consumed").asBoolean();
    blockedAt = json.path("blocked_at").asLong();
    startedAt = json.path("started_at").asLong();
    endedAt = json.path("ended_at").asLong();
    attemptStartedAt = json.path("attempt_started_at").asLong();
    deadlineAt = json.path("deadline_at").asLong();
    lastBeaconAt = json.path("last_beacon_at").asLong();
    lastEventAt = json.path("last_event_at").asLong();
    json.path("attempts").forEach(one -> attempts.add((ObjectNode) one));
    json.path("mailboxes")
        .properties()
        .forEach(box -> mailboxes.get(box.getKey()).read(box.getValue()));
  }
}
