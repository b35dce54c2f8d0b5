package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Fault;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What somebody answers, not yet recorded. Pure.
 *
 * @param content as it was sent, with {@code request_id}, {@code approved} and {@code by}
 * @param shown what its author says to have seen, or null
 */
record Answer(ObjectNode content, Person by, String shown) {
  private static final String SHOWN = "shown_sha256";

  /** Members that this product defines, which a form need not declare. */
  private static final Set<String> OURS =
      Set.of("request_id", "by", Person.VERIFIED, "user", "decision", "approved");

  /** What is added when an answer is recorded. */
  private static final Set<String> ADDED = Set.of("submitted_at", SHOWN, "approved_by");

  static Answer of(String requestId, ObjectNode body, Person by) {
    ObjectNode content = body.deepCopy();
    String shown = content.path(SHOWN).textValue();
    content.remove(ADDED);
    content.put("request_id", requestId);
    if (!content.has("approved")) {
      content.put("approved", content.path("decision").asText().equalsIgnoreCase("approve"));
    }
    return new Answer(by.signs(content), by, shown);
  }

  boolean isApproval() {
    return content.path("approved").asBoolean(false);
  }

  /** Whether the record says the same, by the same person. */
  boolean repeats(HumanRecord recorded) {
    ObjectNode other =
        recorded.line().payload() instanceof ObjectNode payload
            ? payload.deepCopy()
            : Json.object();
    other.remove(ADDED);
    if (!other.has("by")) {
      other.put("by", Person.ANONYMOUS);
    }
    return other.equals(content);
  }

  /** What the record of it holds. */
  ObjectNode payload(Question question, Instant now) {
    return content
        .deepCopy()
        .put("submitted_at", Json.timestamp(now))
        .put(SHOWN, question.shownSha256());
  }

  /** What the question does not allow. */
  List<Fault> faults(Question question) {
    List<Fault> faults = new ArrayList<>();
    List<String> allowed = question.allowedDecisions();
    String decision = content.path("decision").asText();
    if (!allowed.isEmpty() && !allowed.contains(decision)) {
      faults.add(
          new Fault(
              content.has("decision") ? "literal_error" : "missing",
              List.of("body", "decision"),
              "must be one of: " + String.join(", ", allowed),
              content.path("decision").textValue()));
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

  private ObjectNode filledIn(Question question) {
    ObjectNode fields = content.deepCopy();
    List<String> required =
        Json.elements(question.form().path("required")).map(name -> name.asText()).toList();
    for (String ours : OURS) {
      if (!question.form().path("properties").has(ours) && !required.contains(ours)) {
        fields.remove(ours);
      }
    }
    return fields;
  }
}
