package io.mirrorneuron.gateway.contract.released;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.gateway.contract.released.SchemaChanges.Way;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of a contract breaks clients that were made for an older one: operations, parameters, forms
 * and members that are gone or mean something else. Whatever is only new breaks nobody.
 */
final class ContractChanges {
  /** From the one that everybody has to the one that few have. */
  private static final List<String> ROLES = List.of("", "viewer", "operator", "admin");

  private static final String SCHEMA = "schema";
  private static final String RESPONSES = "responses";

  private final JsonNode before;
  private final JsonNode after;
  private final Map<String, String> found = new TreeMap<>();
  private final SchemaChanges schemas;

  private ContractChanges(JsonNode before, JsonNode after) {
    this.before = before;
    this.after = after;
    this.schemas = new SchemaChanges(before, after, this::report);
  }

  /** What changed by place, for example {@code SubmitRequest.force} or {@code listJobs?limit}. */
  static Map<String, String> breaking(JsonNode before, JsonNode after) {
    ContractChanges changes = new ContractChanges(before, after);
    for (var path : before.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        JsonNode now = after.path("paths").path(path.getKey()).path(operation.getKey());
        String id = operation.getValue().path("operationId").asText();
        if (now.isMissingNode()) {
          changes.report(id, "is gone");
        } else {
          changes.operation(id, operation.getValue(), now);
        }
      }
    }
    return changes.found;
  }

  private String report(String place, String what) {
    return found.merge(place, what, (one, other) -> one.contains(other) ? one : one + "; " + other);
  }

  private void operation(String id, JsonNode old, JsonNode now) {
    if (!now.path("operationId").asText().equals(id)) {
      report(id, "is called " + now.path("operationId").asText());
    }
    if (ROLES.indexOf(now.path("x-mn-role").asText())
        > ROLES.indexOf(old.path("x-mn-role").asText())) {
      report(id, "wants the role " + now.path("x-mn-role").asText());
    }
    for (String word : List.of("x-mn-stream", "x-mn-socket")) {
      for (var member : old.path(word).properties()) {
        if (!member.getKey().equals("helper")
            && !member.getValue().equals(now.path(word).path(member.getKey()))) {
          report(id, word + " has another " + member.getKey());
        }
      }
    }
    parameters(id, old, now);
    body(id, old.path("requestBody"), now.path("requestBody"));
    for (var response : old.path(RESPONSES).properties()) {
      if (response.getKey().matches("1..|2..")) {
        JsonNode answer = now.path(RESPONSES).path(response.getKey());
        String place = id + " " + response.getKey();
        if (answer.isMissingNode()) {
          report(place, "is gone");
        } else {
          forms(place, response.getValue(), answer, Way.ANSWERED);
        }
      }
    }
  }

  private void parameters(String id, JsonNode old, JsonNode now) {
    Map<String, JsonNode> were = byName(before, old);
    Map<String, JsonNode> are = byName(after, now);
    were.forEach(
        (name, parameter) -> {
          JsonNode same = are.get(name);
          String place = id + "?" + name;
          if (same == null) {
            report(place, "is gone");
            return;
          }
          if (same.path("required").asBoolean() && !parameter.path("required").asBoolean()) {
            report(place, "has to be given");
          }
          if (!same.path("in").equals(parameter.path("in"))) {
            report(place, "is given in the " + same.path("in").asText());
          }
          schemas.compare(place, parameter.path(SCHEMA), same.path(SCHEMA), Way.SENT);
        });
    are.forEach(
        (name, parameter) -> {
          if (!were.containsKey(name) && parameter.path("required").asBoolean()) {
            report(id + "?" + name, "has to be given");
          }
        });
  }

  private void body(String id, JsonNode old, JsonNode now) {
    JsonNode was = SchemaChanges.whole(before, old);
    JsonNode is = SchemaChanges.whole(after, now);
    if (is.path("required").asBoolean() && !was.path("required").asBoolean()) {
      report(id + " body", "has to be given");
    }
    if (!was.isMissingNode() && is.isMissingNode()) {
      report(id + " body", "is gone");
    } else {
      forms(id + " body", was, is, Way.SENT);
    }
  }

  private void forms(String place, JsonNode old, JsonNode now, Way way) {
    JsonNode is = SchemaChanges.whole(after, now).path("content");
    for (var form : SchemaChanges.whole(before, old).path("content").properties()) {
      if (!is.has(form.getKey())) {
        report(place, "no longer as " + form.getKey());
      } else {
        JsonNode same = is.get(form.getKey()).path(SCHEMA);
        schemas.compare(place, form.getValue().path(SCHEMA), same, way);
      }
    }
  }

  private static Map<String, JsonNode> byName(JsonNode document, JsonNode operation) {
    Map<String, JsonNode> parameters = new LinkedHashMap<>();
    for (JsonNode parameter : operation.path("parameters")) {
      JsonNode whole = SchemaChanges.whole(document, parameter);
      parameters.put(whole.path("name").asText(), whole);
    }
    return parameters;
  }
}
