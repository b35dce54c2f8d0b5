package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A person's answer before it is recorded. Pure.
 *
 * @param content as it was sent, with {@code request_id}, {@code approved} and {@code by}
 * @param decision null without a decision word
 * @param shown hash of what the author has seen, or null
 */
public record Answer(
    ObjectNode content, String decision, boolean isApproval, Person by, String shown) {
  private static final String SHOWN = "shown_sha256";

  /** However they are written: 200 and 200.0 are one number. Answers 0 for equal ones only. */
  private static final Comparator<JsonNode> AS_NUMBERS =
      (one, other) -> {
        boolean areFinite = isFinite(one) && isFinite(other);
        boolean same =
            one.equals(other)
                || areFinite && one.decimalValue().compareTo(other.decimalValue()) == 0;
        return same ? 0 : 1;
      };

  /** Members that this product defines, which a form need not declare. */
  private static final Set<String> OURS =
      Set.of("request_id", "by", Person.VERIFIED, "user", "decision", "approved", "comment");

  /** What is added when an answer is recorded. */
  private static final Set<String> ADDED = Set.of("submitted_at", SHOWN, "approved_by");

  /** Members of a recorded answer that are no field of a form. */
  private static final List<String> NO_FIELDS =
      Stream.concat(OURS.stream(), ADDED.stream()).toList();

  /** What the payload of a recorded answer, or of an approval, has for the fields of the form. */
  public static ObjectNode fields(JsonNode payload) {
    ObjectNode fields = payload instanceof ObjectNode object ? object.deepCopy() : Json.object();
    return fields.remove(NO_FIELDS);
  }

  public static Answer of(String requestId, ObjectNode body, Person by) {
    ObjectNode content = body.deepCopy();
    String shown = content.path(SHOWN).textValue();
    content.remove(ADDED);
    content.put("request_id", requestId);
    String decision = content.path("decision").textValue();
    if (!content.has("approved")) {
      content.put("approved", "approve".equalsIgnoreCase(decision));
    }
    boolean isApproval = content.path("approved").asBoolean(false);
    return new Answer(by.signs(content), decision, isApproval, by, shown);
  }

  /**
   * The answer completed for an approval of another person's answer: an answer without values takes
   * those of the first.
   */
  Answer about(HumanRecord first) {
    if (!fields(content).isEmpty()) {
      return this;
    }
    ObjectNode whole = content.deepCopy().setAll(fields(first.payload()));
    return new Answer(whole, decision, isApproval, by, shown);
  }

  /** The members that differ from the other person's answer. */
  List<String> differences(HumanRecord first) {
    ObjectNode mine = fields(content);
    ObjectNode theirs = fields(first.payload());
    List<String> names = new ArrayList<>();
    boolean same =
        decision == null ? first.decision() == null : decision.equalsIgnoreCase(first.decision());
    if (!same) {
      names.add("decision");
    }
    Stream.concat(theirs.properties().stream(), mine.properties().stream())
        .map(Map.Entry::getKey)
        .distinct()
        .filter(name -> !isSame(mine.get(name), theirs.get(name)))
        .forEach(names::add);
    return names;
  }

  private static boolean isFinite(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue());
  }

  private static boolean isSame(JsonNode one, JsonNode other) {
    return one != null && other != null && one.equals(AS_NUMBERS, other);
  }

  /** Whether the record has the same answer by the same person. */
  public boolean repeats(HumanRecord recorded) {
    ObjectNode other =
        recorded.payload() instanceof ObjectNode payload ? payload.deepCopy() : Json.object();
    other.remove(ADDED);
    if (!other.has("by")) {
      other.put("by", Person.ANONYMOUS);
    }
    return other.equals(content);
  }

  /** What the record of it holds. */
  public ObjectNode payload(Question question, Instant now) {
    return content
        .deepCopy()
        .put("submitted_at", Json.timestamp(now))
        .put(SHOWN, question.shownSha256());
  }

  /** The violations of the question's rules. */
  public List<Fault> faults(Question question) {
    List<Fault> faults = new ArrayList<>();
    List<String> allowed = question.allowedDecisions();
    if (!allowed.isEmpty() && (decision == null || !allowed.contains(decision))) {
      faults.add(
          new Fault(
              decision == null ? "missing" : "literal_error",
              List.of("body", "decision"),
              "must be one of: "
                  + String.join(", ", allowed)
                  + FormErrorText.meant(decision, allowed),
              decision));
    }
    if (question.approvalsRequired() > 1 && contradictsItself()) {
      faults.add(
          new Fault(
              "literal_error",
              List.of("body", "approved"),
              "contradicts the decision " + decision,
              Boolean.toString(isApproval)));
    }
    if (question.approvalsRequired() > 1 && !by.isNamed()) {
      faults.add(
          new Fault(
              "missing",
              List.of("body", "by"),
              "must be a name, since different people must approve",
              null));
    }
    if (question.form() != null) {
      SchemaForm form = new SchemaForm(question.form());
      faults.addAll(FormErrorText.plain(form, form.faults(filledIn(form))));
    }
    return faults;
  }

  /** An approval that does not count as one would decide alone where several people must. */
  private boolean contradictsItself() {
    return "approve".equalsIgnoreCase(decision) && !isApproval
        || "reject".equalsIgnoreCase(decision) && isApproval;
  }

  private ObjectNode filledIn(SchemaForm form) {
    ObjectNode fields = content.deepCopy();
    OURS.stream()
        .filter(ours -> !form.names().contains(ours) && !form.requires(ours))
        .forEach(fields::remove);
    return fields;
  }
}
