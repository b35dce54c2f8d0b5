package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NumberRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a program's output asks the engine for. The output is an answer when all of it, or else its
 * last line that is not blank, is one JSON object with at least one member that has a meaning here.
 */
public final class StdoutProtocol {
  static final String EVENTS = "events";
  private static final int MAX_EVENT_TYPE = 128;

  /** All messages of one answer are written in one commit. */
  private static final int MAX_EMITS = 10_000;

  private static final List<String> MEMBERS =
      List.of(
          "emit_messages",
          EVENTS,
          "next_state",
          "complete_step",
          "complete_run",
          "complete_job",
          "complete_job?");

  private StdoutProtocol() {}

  /** Whether the text may be an answer: it has the name of a member that has a meaning here. */
  public static boolean isNamedIn(String text) {
    return MEMBERS.stream().anyMatch(member -> text.contains('"' + member + '"'));
  }

  static boolean isMember(String name) {
    return MEMBERS.contains(name);
  }

  /** The answer was meant as one but cannot be followed; the message says what is wrong. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super("structured output is malformed: " + message);
    }
  }

  /** The answer of a program that ended with exit code 0. */
  static Structured parse(String output) throws Malformed {
    Optional<ObjectNode> found = find(output);
    if (found.isEmpty()) {
      requireNoneIsMeant(output);
      return Structured.NONE;
    }
    ObjectNode answer = found.get();
    String number = NumberRange.isToBeLookedAt(output) ? NumberRange.fault(answer) : null;
    if (number != null) {
      throw new Malformed(number);
    }
    JsonNode next = answer.path("next_state");
    Completion run = completion(answer.path("complete_run"));
    for (String alias : List.of("complete_job", "complete_job?")) {
      run = run == null ? completion(answer.path(alias)) : run;
    }
    return new Structured(
        emits(answer.path("emit_messages")),
        events(answer),
        isAbsent(next) ? null : next,
        completion(answer.path("complete_step")),
        run,
        null);
  }

  /** What counts of the answer of a program that failed: only what it observed. */
  static Structured parseAfterFailure(String output) {
    return find(output)
        .map(answer -> new Structured(List.of(), validEvents(answer), null, null, null, null))
        .orElse(Structured.NONE);
  }

  /** Bytes of the answer in the output; 0 when there is none. */
  static long answerBytes(String output) {
    String all = output.strip();
    boolean whole = object(all).isPresent();
    String part = whole ? all : lastLine(all);
    return find(part).isPresent() ? part.getBytes(StandardCharsets.UTF_8).length : 0;
  }

  private static Optional<ObjectNode> find(String output) {
    String all = output.strip();
    return object(all)
        .or(() -> object(lastLine(all)))
        .filter(answer -> MEMBERS.stream().anyMatch(answer::has));
  }

  private static void requireNoneIsMeant(String output) throws Malformed {
    if (isNamedIn(output)) {
      String all = output.strip();
      for (String text : List.of(all, lastLine(all))) {
        String fault = BrokenAnswer.fault(text);
        if (fault != null) {
          throw new Malformed(fault);
        }
      }
    }
  }

  private static String lastLine(String text) {
    return text.substring(text.lastIndexOf('\n') + 1).strip();
  }

  private static Optional<ObjectNode> object(String text) {
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return Optional.empty();
    }
    try {
      return Json.parse(text) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static List<ObjectNode> emits(JsonNode value) throws Malformed {
    if (isAbsent(value)) {
      return List.of();
    }
    if (value instanceof ObjectNode single) {
      EmitCheck.check(single, 0);
      return List.of(single);
    }
    if (!value.isArray()) {
      throw new Malformed("emit_messages must be a list of objects");
    }
    if (value.size() > MAX_EMITS) {
      throw new Malformed(
          "emit_messages has %d entries; at most %d are allowed"
              .formatted(value.size(), MAX_EMITS));
    }
    var emits = new ArrayList<ObjectNode>();
    for (JsonNode each : value) {
      if (!(each instanceof ObjectNode emit)) {
        throw new Malformed("emit_messages must be a list of objects");
      }
      EmitCheck.check(emit, emits.size());
      emits.add(emit);
    }
    return List.copyOf(emits);
  }

  /**
   * All of them: some steer the workflow, so none may be lost. A member of that name in which
   * nothing has a type is data, for example what another program was sent.
   */
  private static List<Event> events(ObjectNode answer) throws Malformed {
    JsonNode printed = answer.path(EVENTS);
    if (!printed.isArray()
        || Json.elements(printed).noneMatch(each -> each.path("type").isTextual())) {
      return List.of();
    }
    var events = new ArrayList<Event>();
    for (JsonNode each : printed) {
      String fault = fault(each);
      if (fault != null) {
        throw new Malformed("events[%d]%s".formatted(events.size(), fault));
      }
      events.add(event(each));
    }
    return List.copyOf(events);
  }

  /** Those that can be read, of a program that has failed anyway. */
  private static List<Event> validEvents(ObjectNode answer) {
    return answer.get(EVENTS) instanceof ArrayNode printed
        ? Json.elements(printed)
            .filter(each -> fault(each) == null)
            .map(StdoutProtocol::event)
            .toList()
        : List.of();
  }

  /** What is wrong with an event, to be read behind its place; null when nothing is. */
  private static String fault(JsonNode each) {
    if (!each.isObject()) {
      return " must be an object";
    }
    JsonNode type = each.get("type");
    if (type == null || !type.isTextual() || type.textValue().isBlank()) {
      return ".type must be a name";
    }
    if (type.textValue().length() > MAX_EVENT_TYPE) {
      return ".type must have %d characters at most".formatted(MAX_EVENT_TYPE);
    }
    JsonNode payload = each.path("payload");
    if (!payload.isObject() && !isAbsent(payload)) {
      return ".payload must be an object";
    }
    String number = NumberRange.fault(payload);
    return number == null ? null : ".payload: " + number;
  }

  private static Event event(JsonNode each) {
    return new Event(
        each.get("type").textValue(),
        each.get("payload") instanceof ObjectNode payload ? payload : Json.object());
  }

  private static Completion completion(JsonNode value) {
    if (isAbsent(value)) {
      return null;
    }
    return new Completion(value.isBoolean() ? null : value);
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull() || (value.isBoolean() && !value.asBoolean());
  }
}
