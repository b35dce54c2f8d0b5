package io.mirrorneuron.cli.blueprint;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Asks a person at a terminal what a blueprint asks for, line by line. */
final class FormPrompt {
  private final PrintWriter out;
  private final BufferedReader in;

  /**
   * What a blueprint asks for.
   *
   * @param properties by name, in the order of asking
   * @param required names without which nothing can be launched
   */
  record Form(Map<String, Property> properties, List<String> required) {}

  /** One thing of it. */
  record Property(String description, Object type) {}

  FormPrompt(PrintWriter out, BufferedReader in) {
    this.out = out;
    this.in = in;
  }

  /**
   * Adds an answer to all that is required and has none.
   *
   * @param answers by name
   * @return false when the input ends before
   */
  boolean ask(Form form, Map<String, Object> answers) {
    for (String name : form.required()) {
      if (!answers.containsKey(name) && !ask(name, form.properties().get(name), answers)) {
        return false;
      }
    }
    return true;
  }

  private boolean ask(String name, Property property, Map<String, Object> answers) {
    if (property != null && property.description() != null) {
      out.println(Output.printable(property.description()));
    }
    String said;
    do {
      out.print(Output.printable(name) + ": ");
      out.flush();
      said = line();
    } while (said != null && said.isEmpty());
    if (said != null) {
      answers.put(name, value(property, said));
    }
    return said != null;
  }

  /** Null when the input has ended. */
  private String line() {
    try {
      String line = in.readLine();
      return line == null ? null : line.strip();
    } catch (IOException e) {
      return null;
    }
  }

  /** What is to be a text is one; all else is JSON if it is some. */
  private static Object value(Property property, String said) {
    if (property != null && Objects.equals(property.type(), "string")) {
      return said;
    }
    try {
      return Json.MAPPER.convertValue(Json.parse(said), Object.class);
    } catch (JsonProcessingException e) {
      return said;
    }
  }
}
