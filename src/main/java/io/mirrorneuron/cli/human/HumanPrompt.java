package io.mirrorneuron.cli.human;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks a person at a terminal for the answer to a request, line by line. */
final class HumanPrompt {
  private final PrintWriter out;
  private final BufferedReader in;

  HumanPrompt(PrintWriter out, BufferedReader in) {
    this.out = out;
    this.in = in;
  }

  /**
   * Adds decision, fields of the form, comment and name to the answer; what it has is not asked
   * for.
   *
   * @return whether all was answered; not when the input ends before
   */
  boolean ask(HumanAsk asked, Map<String, Object> answer) {
    Optional<String> decision = decision(asked.allowedDecisions());
    if (decision.isEmpty()) {
      return false;
    }
    answer.put("decision", decision.get());
    if (asked.form() != null && !fields(asked.form(), answer)) {
      return false;
    }
    return optional("Comment", "comment", answer) && optional("Your name", "by", answer);
  }

  private Optional<String> decision(List<String> allowed) {
    for (int i = 0; i < allowed.size(); i++) {
      out.println("  " + (i + 1) + "  " + Output.printable(allowed.get(i)));
    }
    while (true) {
      Optional<String> line = line("Decision");
      if (line.isEmpty()) {
        return line;
      }
      Optional<String> chosen = chosen(allowed, line.get());
      if (chosen.isPresent()) {
        return chosen;
      }
      out.println(
          allowed.isEmpty()
              ? "A decision is needed."
              : "Say one of " + Output.printable(String.join(", ", allowed)) + ", or its number.");
    }
  }

  /** By number, by word, or by the beginning of one word only. */
  static Optional<String> chosen(List<String> allowed, String said) {
    if (said.isEmpty() || allowed.isEmpty()) {
      return Optional.of(said).filter(word -> !word.isEmpty());
    }
    if (said.matches("\\d{1,4}") && !allowed.contains(said)) {
      int number = Integer.parseInt(said);
      return number >= 1 && number <= allowed.size()
          ? Optional.of(allowed.get(number - 1))
          : Optional.empty();
    }
    List<String> fits = allowed.stream().filter(word -> word.startsWith(said)).toList();
    return allowed.contains(said)
        ? Optional.of(said)
        : Optional.of(fits).filter(few -> few.size() == 1).map(List::getFirst);
  }

  private boolean fields(HumanAsk.Form form, Map<String, Object> answer) {
    for (Map.Entry<String, HumanAsk.Form.Field> field : form.properties().entrySet()) {
      String name = field.getKey();
      if (!answer.containsKey(name) && !field(name, field.getValue(), form, answer)) {
        return false;
      }
    }
    return true;
  }

  private boolean field(
      String name, HumanAsk.Form.Field field, HumanAsk.Form form, Map<String, Object> answer) {
    String what = field.what();
    String label = what.isEmpty() ? name : name + ": " + what;
    while (true) {
      Optional<String> line = line(label);
      if (line.isEmpty()) {
        return false;
      }
      String said = line.get();
      if (said.isEmpty()) {
        if (field.preset() != null) {
          answer.put(name, field.preset());
        } else if (form.required().contains(name)) {
          out.println(Output.printable(name) + " is needed.");
          continue;
        }
        return true;
      }
      Optional<?> value = value(field.type(), said);
      if (value.isPresent()) {
        answer.put(name, value.get());
        return true;
      }
      out.println("This must be of type " + Output.printable(field.type()) + ".");
    }
  }

  /** What was said, as a value of a type of JSON Schema; null, the type, takes both forms. */
  static Optional<?> value(String type, String said) {
    if ("string".equals(type)) {
      return Optional.of(said);
    }
    try {
      var json = Json.parse(said);
      boolean fits =
          switch (type == null ? "" : type) {
            case "integer" -> json.isIntegralNumber();
            case "number" -> json.isNumber();
            case "boolean" -> json.isBoolean();
            case "array" -> json.isArray();
            case "object" -> json.isObject();
            default -> true;
          };
      return Optional.of(json).filter(_ -> fits);
    } catch (JsonProcessingException e) {
      return type == null ? Optional.of(said) : Optional.empty();
    }
  }

  private boolean optional(String label, String name, Map<String, Object> answer) {
    if (answer.containsKey(name)) {
      return true;
    }
    Optional<String> line = line(label + " (may be left out)");
    line.filter(said -> !said.isEmpty()).ifPresent(said -> answer.put(name, said));
    return line.isPresent();
  }

  /** Empty when the input has ended. */
  private Optional<String> line(String label) {
    out.print(Output.printable(label) + ": ");
    out.flush();
    try {
      return Optional.ofNullable(in.readLine()).map(String::strip);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
