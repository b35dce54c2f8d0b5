package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What somebody answers, not yet recorded. Pure.
 *
 * @param content as it was sent, with {@code request_id}, {@code approved} and {@code by}
 * @param decision null without a word for it
 * @param shown what its author says to have seen, or null
 */
public record Answer(
    ObjectNode content, String decision, boolean isApproval, Person by, String shown) {
  private static final String SHOWN = "shown_sha256";

  /** Members that this product defines, which a form need not declare. */
  private static final Set<String> OURS =
      Set.of("request_id", "by", Person.VERIFIED, "user", "decision", "approved");

  /** Members of an answer that a form may leave to us; it may declare them, too. */
  private static final List<String> NOT_DECLARED =
      Stream.concat(OURS.stream(), Stream.of("comment")).toList();

  /** What is added when an answer is recorded. */
  private static final Set<String> ADDED = Set.of("submitted_at", SHOWN, "approved_by");

  /** Members of a recorded answer that are no field of a form. */
  public static final List<String> NO_FIELDS =
      Stream.of(OURS.stream(), ADDED.stream(), Stream.of("comment")).flatMap(s -> s).toList();

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

  /** Whether the record says the same, by the same person. */
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

  /** What the question does not allow. */
  public List<Fault> faults(Question question) {
    List<Fault> faults = new ArrayList<>();
    List<String> allowed = question.allowedDecisions();
    if (!allowed.isEmpty() && (decision == null || !allowed.contains(decision))) {
      faults.add(
          new Fault(
              decision == null ? "missing" : "literal_error",
              List.of("body", "decision"),
              "must be one of: " + String.join(", ", allowed),
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
      faults.addAll(SchemaCheck.of(question.form()).faults(filledIn(question), List.of("body")));
    }
    return faults;
  }

  /** An approval that does not count as one would decide alone where several people must. */
  private boolean contradictsItself() {
    return "approve".equalsIgnoreCase(decision) && !isApproval
        || "reject".equalsIgnoreCase(decision) && isApproval;
  }

  private ObjectNode filledIn(Question question) {
    ObjectNode fields = content.deepCopy();
    List<String> required =
        Json.elements(question.form().path("required")).map(name -> name.asText()).toList();
    for (String ours : NOT_DECLARED) {
      if (!question.form().path("properties").has(ours) && !required.contains(ours)) {
        fields.remove(ours);
      }
    }
    return fields;
  }
}
