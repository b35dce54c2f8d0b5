package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import io.mirrorneuron.wire.Timestamps;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a request asks, as a program wrote it.
 *
 * @param payload all that is shown to people
 * @param isNamed whether it has an id, by which its program finds the answer
 * @param isOfJob whether a step asks it, so that its job says how it stands
 * @param askedAt null when the record has no time
 * @param blueprintId null when the record names none
 * @param shownSha256 SHA-256 of the canonical JSON of the payload, hex
 */
public record Question(
    ObjectNode payload,
    boolean isNamed,
    boolean isOfJob,
    Instant askedAt,
    String blueprintId,
    String shownSha256) {
  /** Ten years; longer time limits are ignored. */
  private static final double MAX_SECONDS = 315_360_000;

  private static final Set<String> FIELDS =
      Set.of(
          "prompt",
          "title",
          "message",
          "allowed_decisions",
          "form",
          "due_at",
          "timeout_seconds",
          "default",
          "approvals_required",
          "four_eyes");

  public static Question of(HumanRecord record) {
    ObjectNode payload = asked(record.json());
    return new Question(
        payload,
        !record.namedId().isEmpty(),
        record.isOfJob(),
        record.time(),
        record.blueprintId(),
        sha256(Json.canonical(payload)));
  }

  /** What people call a question without an id; the same for its copies. */
  public static String idOfUnnamed(ObjectNode record) {
    byte[] shown = Json.canonical(Redaction.of(asked(record)));
    return "unnamed-" + sha256(shown).substring(0, 12);
  }

  /** The fields, which stand in {@code payload} or beside it; what is in there comes first. */
  private static ObjectNode asked(ObjectNode record) {
    ObjectNode beside = Json.object();
    record.properties().stream()
        .filter(member -> FIELDS.contains(member.getKey()))
        .forEach(member -> beside.set(member.getKey(), member.getValue()));
    if (!(HumanRecord.payload(record) instanceof ObjectNode payload)) {
      return beside;
    }
    return beside.isEmpty() ? payload : beside.setAll(payload);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Who alone may answer; empty when everybody may. Only of questions of steps. */
  public List<String> assignees() {
    return texts("assignees");
  }

  /** Who may answer once its time is over; empty when nobody else may. */
  public List<String> escalateTo() {
    return texts("escalate_to");
  }

  private List<String> texts(String member) {
    return Json.elements(payload.path(member))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .toList();
  }

  /** The same words, for others to answer until another time, as the record says. */
  Question escalated(HumanRecord record) {
    ObjectNode next = payload.deepCopy();
    next.remove(List.of("escalate_to", "assignees", "due_at"));
    for (String member : List.of("assignees", "due_at")) {
      if (record.payload().hasNonNull(member)) {
        next.set(member, record.payload().get(member));
      }
    }
    return new Question(next, isNamed, isOfJob, askedAt, blueprintId, shownSha256);
  }

  public boolean shows(Question other) {
    return other != null && shownSha256.equals(other.shownSha256);
  }

  /** Null when the program gave no words. */
  public String prompt() {
    return Stream.of("prompt", "title", "message")
        .map(member -> payload.path(member).asText(""))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse(null);
  }

  /** Empty when any decision will do. */
  public List<String> allowedDecisions() {
    return texts("allowed_decisions");
  }

  /** The JSON Schema that an answer must fit, or null. */
  public ObjectNode form() {
    return Stream.of("form", "schema")
        .map(payload::get)
        .filter(ObjectNode.class::isInstance)
        .map(form -> SchemaForm.inOrder((ObjectNode) form, texts(SchemaForm.ORDER)))
        .findFirst()
        .orElse(null);
  }

  /** When the time limit ends; null without one. */
  public Instant dueAt() {
    if (payload.has("due_at")) {
      return Timestamps.instant(payload.get("due_at").asText(""));
    }
    double seconds = seconds();
    if (askedAt == null || seconds < 0) {
      return null;
    }
    try {
      return askedAt.plus(Duration.ofMillis(Math.round(seconds * 1000)));
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The time limit; negative without one that can be used. */
  private double seconds() {
    double seconds = payload.path("timeout_seconds").asDouble(-1);
    return seconds >= 0 && seconds <= MAX_SECONDS ? seconds : -1;
  }

  /** The answer when nobody gave one in time, or null; one that is not allowed does not count. */
  public ObjectNode defaultAnswer() {
    ObjectNode given = givenDefault();
    return isAllowed(given) ? given : null;
  }

  public boolean isDefaultRefused() {
    return !isAllowed(givenDefault());
  }

  private boolean isAllowed(ObjectNode byDefault) {
    return byDefault == null
        || allowedDecisions().isEmpty()
        || allowedDecisions().contains(byDefault.path("decision").asText());
  }

  /** What is wrong with the question itself, in sentences for people; the rest of it holds. */
  public List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (!isNamed) {
      faults.add(
          "The question has no request_id, so its program cannot know the answer by it; the one shown is made up.");
    }
    addFaultsOfFields(faults);
    if (!texts("missing_values").isEmpty()) {
      faults.add(
          "The prompt names what its input does not have: "
              + String.join(", ", texts("missing_values"))
              + ".");
    }
    if (isDefaultRefused()) {
      faults.add(refusal());
    }
    if (form() == null && payload.hasNonNull("form")) {
      faults.add("The form is no JSON object, so no form is shown and any answer fits.");
    } else if (form() != null) {
      FormCheck.fault(this).ifPresent(faults::add);
    }
    return faults;
  }

  /** Why the default is refused, in a sentence. */
  public String refusal() {
    return "The default \"%s\" is not one of the allowed decisions (%s), so it is refused: when the time is over, the request closes without an answer."
        .formatted(givenDefault().path("decision").asText(), String.join(", ", allowedDecisions()));
  }

  private void addFaultsOfFields(List<String> faults) {
    JsonNode allowed = payload.path("allowed_decisions");
    boolean areTexts = allowed.isArray() && Json.elements(allowed).allMatch(JsonNode::isTextual);
    if (payload.hasNonNull("allowed_decisions") && !areTexts) {
      faults.add(
          "The allowed_decisions are no list of texts, so "
              + (allowedDecisions().isEmpty()
                  ? "any decision is accepted."
                  : "only these count: " + String.join(", ", allowedDecisions()) + "."));
    }
    if (payload.hasNonNull("due_at") && dueAt() == null) {
      faults.add(
          "The due_at is no time such as 2026-06-20T10:00:00Z, so the request never falls due.");
    } else if (!payload.has("due_at") && payload.hasNonNull("timeout_seconds") && seconds() < 0) {
      faults.add(
          "The timeout_seconds are no number from 0 to %.0f, so the request never falls due."
              .formatted(MAX_SECONDS));
    }
  }

  private ObjectNode givenDefault() {
    return switch (payload.get("default")) {
      case ObjectNode whole -> whole.deepCopy();
      case JsonNode word when word.isValueNode() && !word.isNull() ->
          Json.object().put("decision", word.asText());
      case null, default -> null;
    };
  }

  /** How many different people must approve. */
  public int approvalsRequired() {
    int named = payload.path("approvals_required").asInt(0);
    return Math.max(named, payload.path("four_eyes").asBoolean(false) ? 2 : 1);
  }
}
