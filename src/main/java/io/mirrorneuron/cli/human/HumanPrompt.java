package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks a person at a terminal for the answer to a request, line by line. Each value is checked when
 * it is given.
 */
final class HumanPrompt {
  private static final List<String> OTHERS = List.of("decision", "comment", "by");

  private final PrintWriter out;
  private final Lines in;
  private final HumanAsk asked;

  /** What was left out, and is not asked for again. */
  private final Set<String> left = new HashSet<>();

  private boolean isExplained;

  /** What a person types. */
  @FunctionalInterface
  interface Lines {
    /** The next line; null when the input has ended. */
    String next() throws IOException;
  }

  HumanPrompt(PrintWriter out, Lines in, HumanAsk asked) {
    this.out = out;
    this.in = in;
    this.asked = asked;
  }

  /**
   * Adds decision, fields of the form, comment and name to the answer; what it has is not asked
   * for, nor are values on which somebody has decided before.
   *
   * @return whether all was answered; not when the input ends before
   */
  boolean ask(Map<String, Object> answer) {
    if (!isExplained) {
      explain();
      isExplained = true;
    }
    if (!answer.containsKey("decision")) {
      Optional<String> decision = decision(asked.allowedDecisions());
      decision.ifPresent(word -> answer.put("decision", word));
      if (decision.isEmpty()) {
        return false;
      }
    }
    for (Map.Entry<String, HumanAsk.Field> field : asked.fields().entrySet()) {
      boolean isKnown = answer.containsKey(field.getKey()) || left.contains(field.getKey());
      if (!isKnown && !field(field.getKey(), field.getValue(), answer)) {
        return false;
      }
    }
    String name =
        Screen.user()
            .map(user -> "Your name, where no token says it [%s]".formatted(user))
            .orElse("Your name (may be left out)");
    return optional("Comment (may be left out)", "comment", answer) && optional(name, "by", answer);
  }

  private void explain() {
    List<HumanAsk.Answer> before =
        asked.approvals().stream().filter(one -> !one.data().isEmpty()).toList();
    if (!before.isEmpty()) {
      out.println("The values of " + Output.printable(before.getFirst().by()) + " count.");
      left.addAll(asked.fields().keySet());
    } else if (!asked.fields().isEmpty()) {
      out.println("An empty line leaves out what is not needed; Ctrl-D ends this unanswered.");
    }
  }

  /**
   * Forgets these values, so that they are asked for again.
   *
   * @return whether one of them can be asked for
   */
  boolean again(List<String> names, Map<String, Object> answer) {
    names.forEach(answer::remove);
    names.forEach(left::remove);
    return names.stream()
        .anyMatch(name -> OTHERS.contains(name) || asked.fields().containsKey(name));
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

  private boolean field(String name, HumanAsk.Field field, Map<String, Object> answer) {
    String about = field.hint();
    while (true) {
      Optional<String> line = line(about.isEmpty() ? name : name + " (" + about + ")");
      if (line.isEmpty()) {
        return false;
      }
      String said = line.get();
      if (said.isEmpty() && field.preset() == null) {
        if (asked.requires(name)) {
          out.println(Output.printable(name) + " is needed.");
          continue;
        }
        left.add(name);
        return true;
      }
      var value = said.isEmpty() ? field.preset() : field.value(said);
      List<String> faults = asked.faults(name, value);
      if (faults.isEmpty()) {
        answer.put(name, value);
        return true;
      }
      out.println(Output.printable(name + " " + String.join(" and ", faults)) + ".");
    }
  }

  private boolean optional(String label, String name, Map<String, Object> answer) {
    if (answer.containsKey(name) || left.contains(name)) {
      return true;
    }
    Optional<String> line = line(label);
    line.filter(said -> !said.isEmpty())
        .ifPresentOrElse(said -> answer.put(name, said), () -> left.add(name));
    return line.isPresent();
  }

  /** Empty when the input has ended. */
  private Optional<String> line(String label) {
    out.print(Output.printable(label) + ": ");
    out.flush();
    try {
      return Optional.ofNullable(in.next()).map(String::strip);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
