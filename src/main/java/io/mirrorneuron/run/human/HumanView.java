package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.human.Answer;
import io.mirrorneuron.human.HumanRecord;
import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.human.Question;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Redaction;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Requests to people and their records as clients see them. Secrets are hidden; forms are shown:
 * they may name secret fields, but hold no values. Pure.
 */
final class HumanView {
  private HumanView() {}

  /** The current state of a request; members without a value are null. */
  static ObjectNode request(HumanRequest request, Instant now) {
    Question question = request.question();
    HumanRequest.Claim holds = request.claimAt(now);
    String prompt = question.prompt();
    ObjectNode json = Json.object();
    json.put("request_id", request.id());
    json.set("prompt", prompt == null ? null : Redaction.of(TextNode.valueOf(prompt)));
    json.put("status", request.status(now).word());
    json.put("requested_at", time(question.askedAt()));
    json.set("allowed_decisions", Json.MAPPER.valueToTree(question.allowedDecisions()));
    json.set("form", question.form());
    json.put("due_at", time(question.dueAt()));
    ObjectNode byDefault = question.defaultAnswer();
    json.set("default", byDefault == null ? null : Redaction.of(byDefault));
    json.put("approvals_required", question.approvalsRequired());
    json.set(
        "claim",
        holds == null ? null : holds.by().signs(Json.object()).put("until", time(holds.until())));
    ArrayNode decisions = json.putArray("decisions");
    request.approvals().forEach(record -> decisions.add(decision(record)));
    if (request.answer() != null) {
      decisions.add(decision(request.answer()));
    }
    if (!question.assignees().isEmpty() && question.isOfJob()) {
      json.set("assignees", Json.MAPPER.valueToTree(question.assignees()));
    }
    if (!question.escalateTo().isEmpty() && question.isOfJob()) {
      json.set("escalate_to", Json.MAPPER.valueToTree(question.escalateTo()));
    }
    json.put("shown_sha256", question.shownSha256());
    List<String> faults = request.isOpen() ? question.faults() : List.of();
    if (!faults.isEmpty()) {
      json.set("faults", Json.MAPPER.valueToTree(faults));
    }
    return json;
  }

  private static ObjectNode decision(HumanRecord record) {
    ObjectNode json = Json.object();
    json.put("type", record.type().word());
    record.by().signs(json);
    json.put("at", time(record.time()));
    json.put("decision", record.decision());
    json.put("approved", record.isApproval());
    ObjectNode data = Answer.fields(record.payload());
    if (!data.isEmpty()) {
      json.set("data", Redaction.of(data));
    }
    record.comment().ifPresent(text -> json.set("comment", Redaction.of(TextNode.valueOf(text))));
    json.put("shown_sha256", record.shownSha256());
    return json;
  }

  /** The record as written, with secrets hidden. */
  static ObjectNode record(HumanRecord record) {
    ObjectNode shown = Redaction.of(record.json());
    if (shown != record.json() && shown.get("payload") instanceof ObjectNode payload) {
      ObjectNode whole = payload.deepCopy();
      for (String form : Set.of("form", "schema")) {
        if (record.payload().path(form) instanceof ObjectNode original) {
          whole.set(form, original);
        }
      }
      ObjectNode withForms = Json.object().<ObjectNode>setAll(shown);
      return withForms.set("payload", whole);
    }
    return shown;
  }

  private static String time(Instant instant) {
    return instant == null ? null : Json.timestamp(instant);
  }
}
