package io.mirrorneuron.cli.job;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.Why;
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
    return client.show(jobId, (mn, job) -> mn.jobs().why(job), this::print);
  }

  private void print(Why why) {
    Output output = client.output();
    output.line("Job " + why.jobId() + ": " + Output.printable(why.summary()));
    if (why.submittedBy() != null) {
      output.field("Submitted", "by " + why.submittedBy());
    }
    if (!why.explanations().isEmpty()) {
      output.line("");
      output.sentences(HEADERS, why.explanations().stream().map(one -> row(output, one)).toList());
    }
    why.explanations().stream()
        .filter(one -> !one.stderrTail().isEmpty())
        .findFirst()
        .ifPresent(this::printTail);
    if (why.more() != null) {
      output.line("and " + why.more() + " more");
    }
  }

  private void printTail(Why.Explanation failed) {
    client.output().line("\nLast lines of stderr, " + failed.subject().id() + ":");
    failed.stderrTail().lines().forEach(line -> client.output().line("| " + Output.printed(line)));
  }

  private static List<String> row(Output output, Why.Explanation one) {
    String subject = one.subject().kind() + " " + one.subject().id();
    String text = one.text();
    boolean ends = one.until() != null && one.until().text() != null;
    return List.of(
        subject,
        one.state(),
        (text.startsWith(subject + " ") ? text.substring(subject.length() + 1) : text)
            + (ends ? ", until " + output.time(one.until().text()) : ""));
  }
}
