package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.MnException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Finds one request to people and shows it. */
final class Questions {
  private Questions() {}

  /**
   * @param path of the run
   * @throws MnException NOT_FOUND when the run asks no such thing
   */
  static RestAnswer find(RestClient rest, String path, String requestId)
      throws InterruptedException {
    return rest.get(path + "/human")
        .elements("requests")
        .filter(one -> requestId.equals(one.as(HumanAsk.class).requestId()))
        .findFirst()
        .orElseThrow(() -> MnException.notFound("request", requestId));
  }

  static void print(Output output, HumanAsk asked) {
    output.line(
        output.paint().bold(Output.printable(Objects.toString(asked.prompt(), "(no prompt)"))));
    output.field("Status", Objects.toString(asked.status(), ""));
    output.field("Asked", output.time(Objects.toString(asked.requestedAt(), "")));
    output.field("For", asked.assignees().isEmpty() ? "anybody" : names(asked.assignees()));
    output.field("Due", due(output, asked));
    output.field("Decisions", String.join(", ", asked.allowedDecisions()));
    if (asked.approvalsRequired() > 1) {
      output.field(
          "Approvals",
          "%d of %d, each by another person"
              .formatted(asked.approvals().size(), asked.approvalsRequired()));
    }
    if (asked.claim() != null) {
      output.field(
          "Claimed", "by " + asked.claim().by() + " until " + output.time(asked.claim().until()));
    }
    asked
        .decisions()
        .forEach(
            one -> output.field(one.isApproval() ? "Approval" : "Answer", one.sentence(output)));
    asked.faults().forEach(fault -> output.field("Fault", fault));
    if (!asked.fields().isEmpty()) {
      output.line("");
      output.sentences(
          List.of("Field", "Type", "Needed", "What"),
          asked.fields().entrySet().stream().map(one -> row(asked, one)).toList());
    }
  }

  private static String names(List<String> people) {
    return String.join(", ", people);
  }

  /** Until when it can be answered, and what comes then. */
  private static String due(Output output, HumanAsk asked) {
    if (asked.dueAt() == null) {
      return asked.isOpen() ? "no time limit" : "";
    }
    String due = output.time(asked.dueAt());
    if (!asked.escalateTo().isEmpty()) {
      return due + ", then " + names(asked.escalateTo()) + " may answer instead";
    }
    boolean hasDefault = asked.defaultAnswer() != null && asked.defaultAnswer().decision() != null;
    return hasDefault ? due + ", then " + asked.defaultAnswer().decision() : due;
  }

  private static List<String> row(HumanAsk asked, Map.Entry<String, HumanAsk.Field> one) {
    return List.of(
        one.getKey(),
        Objects.toString(one.getValue().type(), "any"),
        asked.requires(one.getKey()) ? "yes" : "no",
        one.getValue().what());
  }
}
