package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.Output;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Requests in a table whose last column is what is asked, for which one looks: where there is no
 * room for it beside the others, these move into it, and at last below each other.
 */
final class HumanTable {
  private static final int LEAST_PROMPT = 24;
  private static final int GAP = 2;

  private record Column(String name, Function<HumanAsk, String> text, boolean isShown) {
    int width(List<HumanAsk> requests) {
      int widest = requests.stream().map(text).mapToInt(String::length).max().orElse(0);
      return isShown ? GAP + Math.max(widest, name.length()) : 0;
    }
  }

  private final Output output;
  private final int columns;

  /**
   * @param columns of the screen
   */
  HumanTable(Output output, int columns) {
    this.output = output;
    this.columns = columns;
  }

  /**
   * @param requests one or more
   */
  void print(List<HumanAsk> requests) {
    boolean due = requests.stream().anyMatch(one -> one.dueAt() != null);
    boolean status = requests.stream().anyMatch(one -> !"pending".equals(one.status()));
    List<Column> all = columns(status, due, HumanTable::prompt);
    List<Column> few = columns(false, false, this::sentence);
    if (fits(all, requests)) {
      print(all, requests);
    } else if (fits(few, requests)) {
      print(few, requests);
    } else {
      for (HumanAsk one : requests) {
        output.line(Output.printable(one.runId() + "  " + id(one)));
        output.line("  " + Output.printable(sentence(one)));
      }
    }
  }

  private List<Column> columns(boolean status, boolean due, Function<HumanAsk, String> prompt) {
    return Stream.of(
            new Column("Run ID", HumanAsk::runId, true),
            new Column("Request ID", HumanTable::id, true),
            new Column("Status", HumanTable::status, status),
            new Column(output.when("Due"), this::due, due),
            new Column("Prompt", prompt, true))
        .filter(Column::isShown)
        .toList();
  }

  private boolean fits(List<Column> shown, List<HumanAsk> requests) {
    List<Column> before = shown.subList(0, shown.size() - 1);
    int prompt = Math.min(LEAST_PROMPT, shown.getLast().width(requests));
    return before.stream().mapToInt(one -> one.width(requests)).sum() + prompt + GAP <= columns;
  }

  private void print(List<Column> shown, List<HumanAsk> requests) {
    output.sentences(
        shown.stream().map(Column::name).toList(),
        requests.stream()
            .map(one -> shown.stream().map(column -> column.text().apply(one)).toList())
            .toList());
  }

  private static String id(HumanAsk one) {
    return Objects.toString(one.requestId(), "");
  }

  private static String status(HumanAsk one) {
    return Objects.toString(one.status(), "");
  }

  private String due(HumanAsk one) {
    return output.time(Objects.toString(one.dueAt(), ""));
  }

  private static String prompt(HumanAsk one) {
    return Objects.toString(one.prompt(), "");
  }

  /** With what has no column of its own. */
  private String sentence(HumanAsk one) {
    String due = one.dueAt() == null ? "" : "due " + due(one);
    String status = "pending".equals(one.status()) ? "" : status(one);
    String about = due.isEmpty() || status.isEmpty() ? status + due : status + ", " + due;
    return about.isEmpty() ? prompt(one) : "%s (%s)".formatted(prompt(one), about);
  }
}
