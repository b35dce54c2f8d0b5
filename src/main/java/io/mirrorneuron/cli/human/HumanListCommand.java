package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn human list}. */
@Command(
    name = "list",
    description = "Lists what people are waited for, what is due first at the top.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn human list                            of all runs that are not over",
      "  mn human list RUN_ID                     of one run, with what was answered",
      "  mn human list --json | jq -r '.data[].request_id'"
    })
final class HumanListCommand implements Callable<Integer> {
  private static final List<String> HEADERS =
      List.of("Run ID", "Request ID", "Status", "Due (UTC)", "Prompt");

  @Mixin ApiClient client;

  @Parameters(arity = "0..1", paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      defaultValue = "pending",
      description =
          "Of all runs: pending, which is all that is open, or claimed or overdue; default"
              + " ${DEFAULT-VALUE}.")
  String status;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Of all runs: only what this person has claimed.")
  String by;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "Of all runs: so many at most, up to 500; default ${DEFAULT-VALUE}.")
  int limit;

  private record Inbox(List<HumanAsk> data, String next) {}

  /** The answer about one run. */
  record OfRun(String runId, List<HumanAsk> requests) {}

  @Override
  public Integer call() throws InterruptedException {
    return client.call(
        rest -> {
          if (run == null) {
            String whose = by == null ? "" : "&by=" + RestClient.part(by);
            String query =
                "?sort=due&limit=" + limit + "&status=" + RestClient.part(status) + whose;
            client.print(rest.get("/human" + query), Inbox.class, this::print);
          } else {
            String path = RunAddress.path(rest, run) + "/human";
            client.print(rest.get(path), OfRun.class, answer -> print(answer.requests(), run));
          }
          return ExitCode.OK;
        });
  }

  private void print(Inbox inbox) {
    print(inbox.data(), "");
    if (inbox.next() != null) {
      client.output().line("and more; --limit shows them");
    }
  }

  private void print(List<HumanAsk> requests, String run) {
    if (requests.isEmpty()) {
      client.output().line("Nobody is asked anything");
      return;
    }
    boolean due = requests.stream().anyMatch(one -> one.dueAt() != null);
    boolean other = requests.stream().anyMatch(one -> !"pending".equals(one.status()));
    client
        .output()
        .sentences(
            cells(due, other, HEADERS),
            requests.stream().map(one -> cells(due, other, row(one, run))).toList());
  }

  /** Without columns that would tell the same of all: terminals are narrow and ids are long. */
  private static List<String> cells(boolean due, boolean other, List<String> all) {
    List<String> cells = new ArrayList<>(all.subList(0, 2));
    if (other) {
      cells.add(all.get(2));
    }
    if (due) {
      cells.add(all.get(3));
    }
    cells.add(all.get(4));
    return cells;
  }

  private static List<String> row(HumanAsk one, String run) {
    return List.of(
        Objects.toString(one.runId(), run),
        Objects.toString(one.requestId(), ""),
        Objects.toString(one.status(), ""),
        Output.time(Objects.toString(one.dueAt(), "")),
        Objects.toString(one.prompt(), ""));
  }
}
