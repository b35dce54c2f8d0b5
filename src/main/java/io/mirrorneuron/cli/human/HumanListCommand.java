package io.mirrorneuron.cli.human;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn human list}. */
@Command(
    name = "list",
    description = {
      "Lists what people are waited for, what is due first at the top.",
      "With --json the requests are in data, each with its run_id, of one run as of all."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn human list                            of all runs that are not over",
      "  mn human list RUN_ID                     of one run",
      "  mn human list RUN_ID --all               also what was answered or is over",
      "  mn human list --json | jq -r '.data[].request_id'"
    })
final class HumanListCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Parameters(arity = "0..1", paramLabel = "RUN_ID", description = RunAddress.ID)
  String run;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      defaultValue = "pending",
      description =
          "pending, which is all that is open, claimed or overdue; of one run also answered,"
              + " timed_out or run_over; default ${DEFAULT-VALUE}.")
  String status;

  @Option(names = "--all", description = "Of one run: all requests, however they stand.")
  boolean all;

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

  /** As the API lists the requests of all runs. */
  private record Inbox(List<HumanAsk> data, String next) {}

  /** Of one run in the form of the list of all runs. */
  private record Page(List<Map<String, Object>> data, String next) {}

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    if (all && run == null) {
      throw client.misuse("--all is of one run: mn human list RUN_ID --all");
    }
    client.requireCount("--limit", limit, 500);
    return client.call(
        rest -> {
          client.print(run == null ? ofAll(rest) : ofOne(rest), Inbox.class, this::print);
          return ExitCode.OK;
        });
  }

  private RestAnswer ofAll(RestClient rest) throws InterruptedException {
    String whose = by == null ? "" : "&by=" + RestClient.part(by);
    return rest.get(
        "/human?sort=due&limit=" + limit + "&status=" + RestClient.part(status) + whose);
  }

  private RestAnswer ofOne(RestClient rest) throws InterruptedException {
    String which = all ? "" : "?status=" + RestClient.part(status);
    String runId = RunAddress.runId(rest, run);
    List<Map<String, Object>> requests =
        rest.get("/runs/" + RestClient.part(runId) + "/human" + which)
            .elements("requests")
            .map(one -> inRun(runId, one))
            .toList();
    return RestAnswer.like(new Page(requests, null));
  }

  private static Map<String, Object> inRun(String runId, RestAnswer request) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("run_id", runId);
    request.json().properties().forEach(one -> members.put(one.getKey(), one.getValue()));
    return members;
  }

  private void print(Inbox inbox) {
    if (inbox.data().isEmpty()) {
      client.output().line("Nobody is asked anything");
      return;
    }
    new HumanTable(client.output(), client.screen().columns()).print(inbox.data());
    if (inbox.next() != null) {
      client.output().line("and more; --limit shows them");
    }
  }
}
