package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn job why}. */
@Command(
    name = "why",
    description = "Says why a job, its steps and its agents are where they are.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn job why JOB_ID",
      "  mn job why JOB_ID --json | jq -r '.explanations[] | .text + \"  \" + .record'"
    })
final class JobWhyCommand implements Callable<Integer> {
  private static final List<String> HEADERS = List.of("Subject", "State", "Because");

  @Mixin Client client;

  @Parameters(paramLabel = "JOB_ID", description = JobCommand.ID)
  String jobId;

  @Override
  public Integer call() throws InterruptedException {
    return client.show(mn -> mn.jobs().why(jobId), this::print);
  }

  private void print(ObjectNode why) {
    Output output = client.output();
    output.line("Job " + jobId + ": " + Output.printable(why.path("summary").asText()));
    if (why.has("submitted_by")) {
      output.field("Submitted", "by " + why.path("submitted_by").asText());
    }
    if (!why.path("explanations").isEmpty()) {
      output.line("");
      output.sentences(
          HEADERS, Json.elements(why.path("explanations")).map(JobWhyCommand::row).toList());
    }
    if (why.has("more")) {
      output.line("and " + why.path("more").asInt() + " more");
    }
  }

  private static List<String> row(JsonNode one) {
    String subject = one.at("/subject/kind").asText() + " " + one.at("/subject/id").asText();
    String text = one.path("text").asText();
    return List.of(
        subject,
        one.path("state").asText(),
        (text.startsWith(subject + " ") ? text.substring(subject.length() + 1) : text)
            + (one.path("until").isTextual()
                ? ", until " + Output.time(one.path("until").asText())
                : ""));
  }
}
