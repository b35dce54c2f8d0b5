package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.Screen;
import io.mirrorneuron.cli.human.HumanAsk.Field;
import io.mirrorneuron.cli.human.HumanAsk.Form;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * Asks a person at a terminal what a blueprint asks for, line by line. Each answer is checked when
 * it is given; those that are secret are not shown.
 */
final class FormPrompt {
  private final PrintWriter out;
  private final Screen screen;
  private final BufferedReader in;

  FormPrompt(PrintWriter out, Screen screen) {
    this.out = out;
    this.screen = screen;
    this.in = screen.input();
  }

  /**
   * Adds an answer to all that is required and has none, and to what the review of a blueprint
   * wants to be looked at, unless nothing is said to it: then what is there stays.
   *
   * @param answers by name
   * @return false when the input ends before
   */
  boolean ask(Form form, Map<String, Object> answers) {
    for (Map.Entry<String, Field> entry : form.fields().entrySet()) {
      String name = entry.getKey();
      Field field = entry.getValue();
      boolean isAsked = form.requires(name) || field.review() != null;
      if (isAsked && !answers.containsKey(name) && !ask(form, name, field, answers)) {
        return false;
      }
    }
    return true;
  }

  private boolean ask(Form form, String name, Field field, Map<String, Object> answers) {
    boolean isBlank = field.preset() != null && field.standard().isBlank();
    boolean isNeeded = form.requires(name) || "required".equals(field.review()) && isBlank;
    String hint = hint(field, isNeeded);
    while (true) {
      out.print(Output.printable(hint.isEmpty() ? name : name + " (" + hint + ")") + ": ");
      out.flush();
      String said = line(field.writeOnly());
      if (said == null) {
        return false;
      }
      if (said.isEmpty() && !isNeeded) {
        return true;
      }
      var value = field.value(said);
      List<String> faults = said.isEmpty() ? List.of("is needed") : form.faults(name, value);
      if (faults.isEmpty()) {
        answers.put(name, value);
        return true;
      }
      out.println(Output.printable(name + " " + String.join(" and ", faults)) + ".");
    }
  }

  private static String hint(Field field, boolean isNeeded) {
    if (!field.writeOnly()) {
      return field.hint();
    }
    return joined(field.hint(), isNeeded ? "not shown" : "not shown; nothing keeps what is there");
  }

  private static String joined(String hint, String more) {
    return hint.isEmpty() ? more : hint + "; " + more;
  }

  /** Null when the input has ended. */
  private String line(boolean isSecret) {
    try {
      String line = isSecret ? screen.secret(in) : in.readLine();
      return line == null ? null : line.strip();
    } catch (IOException e) {
      return null;
    }
  }
}
