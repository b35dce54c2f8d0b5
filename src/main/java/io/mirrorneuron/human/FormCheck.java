package io.mirrorneuron.human;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.SchemaCheck;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether people can fill in the form of a question at all. Pure. */
public final class FormCheck {
  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  private FormCheck() {}

  /**
   * The type that the form asks for, as JSON, where that is not an object's, as an answer is.
   *
   * @param question one that has a form
   */
  public static Optional<String> otherType(Question question) {
    var type = question.form().get("type");
    if (type == null || !type.isArray() && !TYPES.contains(type.asText())) {
      return Optional.empty();
    }
    boolean isObject =
        type.asText().equals("object")
            || Json.elements(type).anyMatch(one -> one.asText().equals("object"));
    return isObject ? Optional.empty() : Optional.of(type.toString());
  }

  /**
   * What is wrong with the form and what follows from that, in a sentence; empty when nothing is.
   *
   * @param question one that has a form
   */
  public static Optional<String> fault(Question question) {
    var form = question.form();
    try {
      SchemaCheck.of(form).faults(Json.object(), List.of());
    } catch (MnException e) {
      return Optional.of(
          "The form cannot be used, so the request cannot be answered until its program asks with another one: "
              + e.getMessage());
    }
    var other = otherType(question);
    if (other.isPresent()) {
      return Optional.of(
          "The form is not for an object but for the type %s, and an answer is an object, so the request cannot be answered until its program asks with another one."
              .formatted(other.get()));
    }
    for (var typed : form.findParents("type")) {
      var type = typed.get("type");
      boolean isWord = type.isTextual() && TYPES.contains(type.textValue());
      if (!isWord && !type.isArray() && !type.isObject()) { // an object describes a field "type"
        return Optional.of(
            "The form has a fault, so no value may fit where it is, and answers that need none are taken: its type %s is none of %s"
                .formatted(type, String.join(", ", TYPES.stream().sorted().toList())));
      }
    }
    return Optional.empty();
  }
}
