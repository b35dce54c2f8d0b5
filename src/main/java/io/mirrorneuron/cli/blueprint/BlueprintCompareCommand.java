package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.run.report.RunDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint compare}. */
@Command(
    name = "compare",
    description = {
      "Shows two runs side by side.",
      "mn run compare shows up to ten, and where their inputs, results and steps differ."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {"  mn blueprint compare RUN_ID OTHER_RUN_ID"})
public final class BlueprintCompareCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(index = "0", paramLabel = "RUN", description = RunReader.ID)
  String one;

  @Parameters(index = "1", paramLabel = "OTHER", description = "The run beside it.")
  String other;

  /** As programs read it. */
  private record Compared(List<Side> runs) {}

  private record Side(
      String runId,
      String blueprintId,
      String status,
      String startedAt,
      String endedAt,
      long events,
      boolean finalArtifact,
      Map<String, String> artifact) {
    static Side of(RunDocument run) {
      return new Side(
          run.runId(),
          run.text("blueprint_id"),
          run.text("status"),
          run.text("started_at"),
          run.text("ended_at"),
          run.events(),
          run.hasFinalArtifact(),
          run.artifactScalars());
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    return RunReader.call(
        client,
        runs -> {
          Side left = Side.of(runs.document(one));
          Side right = Side.of(runs.document(other));
          if (client.json()) {
            client.output().json(new Compared(List.of(left, right)));
          } else {
            client.output().table(List.of("Field", left.runId(), right.runId()), rows(left, right));
          }
          return ExitCode.OK;
        });
  }

  private static List<List<String>> rows(Side left, Side right) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Blueprint", left.blueprintId(), right.blueprintId()));
    rows.add(List.of("Status", left.status(), right.status()));
    rows.add(List.of("Started", left.startedAt(), right.startedAt()));
    rows.add(List.of("Ended", left.endedAt(), right.endedAt()));
    rows.add(List.of("Event count", String.valueOf(left.events()), String.valueOf(right.events())));
    rows.add(List.of("Final artifact", word(left), word(right)));
    Set<String> keys = new TreeSet<>(left.artifact().keySet());
    keys.addAll(right.artifact().keySet());
    for (String key : keys) {
      rows.add(
          List.of(
              "artifact." + key,
              left.artifact().getOrDefault(key, ""),
              right.artifact().getOrDefault(key, "")));
    }
    return rows;
  }

  private static String word(Side side) {
    return side.finalArtifact() ? "yes" : "no";
  }
}
