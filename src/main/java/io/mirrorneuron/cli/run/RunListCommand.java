package io.mirrorneuron.cli.run;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestClient;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn run list}. */
@Command(
    name = "list",
    description = "Lists runs, the newest first.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run list --status failed",
      "  mn run list --limit 1 --json | jq -r '.data[0].run_id'",
      "  mn run ./list                             a workflow in a folder of that name"
    })
final class RunListCommand implements Callable<Integer> {
  @Mixin ApiClient client;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "So many runs at most, up to 1000; default ${DEFAULT-VALUE}.")
  int limit;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only runs with this status, which is that of their job, for example failed.")
  Status status;

  @Option(
      names = "--blueprint-id",
      paramLabel = "ID",
      description = "Only runs of this blueprint, which is the workflow's id.")
  String blueprint;

  @Option(
      names = "--id-prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only runs whose id, or whose job's id, begins so.")
  String idPrefix;

  /** How a run may stand, which is how its job does; unknown while it has none. */
  enum Status {
    PENDING,
    VALIDATED,
    SCHEDULED,
    RUNNING,
    PAUSING,
    PAUSED,
    CANCELLING,
    COMPLETED,
    FAILED,
    CANCELLED,
    UNKNOWN
  }

  /** A page of {@code GET /runs}. */
  private record Page(List<Row> data, long total) {
    private record Row(
        String runId, String status, String startedAt, String endedAt, String blueprintId) {}
  }

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    client.requireCount("--limit", limit, 1000);
    String query =
        "/runs?limit="
            + limit
            + value("status", status == null ? null : status.name().toLowerCase(Locale.ROOT))
            + value("blueprint_id", blueprint)
            + value("q", idPrefix.isEmpty() ? null : idPrefix);
    return client.show(query, Page.class, this::print);
  }

  private static String value(String name, String value) {
    return value == null ? "" : "&" + name + "=" + RestClient.part(value);
  }

  private void print(Page page) {
    if (page.data().isEmpty()) {
      client.output().line("No runs");
      return;
    }
    Output output = client.output();
    output.table(
        List.of("Run ID", "Status", output.when("Started"), output.when("Ended"), "Workflow"),
        page.data().stream().map(run -> row(output, run)).toList());
    if (page.total() > page.data().size()) {
      client.output().line("and " + (page.total() - page.data().size()) + " older");
    }
  }

  private static List<String> row(Output output, Page.Row run) {
    return Stream.of(run.runId(), run.status(), run.startedAt(), run.endedAt(), run.blueprintId())
        .map(text -> output.time(Objects.toString(text, "")))
        .toList();
  }
}
