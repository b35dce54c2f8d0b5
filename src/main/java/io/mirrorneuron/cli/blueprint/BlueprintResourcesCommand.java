package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RunsClient;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint resources}. */
@Command(
    name = "resources",
    description = "Shows what the programs of a run used, by time.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint resources RUN_ID",
      "  mn blueprint resources RUN_ID --window 2h --bucket 10m",
      "  mn blueprint resources RUN_ID --live --interval 2"
    })
public final class BlueprintResourcesCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  @Parameters(paramLabel = "RUN", description = RunReader.ID)
  String run;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      defaultValue = "24h",
      description = "The last so much: a number and s, m, h or d; default ${DEFAULT-VALUE}.")
  String window;

  @Option(
      names = "--bucket",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "A line for each; default ${DEFAULT-VALUE}. Those with nothing are left out.")
  String bucket;

  @Option(names = "--live", description = "Again and again, until the run is over or Ctrl-C.")
  boolean live;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "With --live: so often; default ${DEFAULT-VALUE}.")
  double interval;

  private static final List<String> HEADERS =
      List.of(
          "Start",
          "Samples",
          "CPU avg/max",
          "Memory avg/max MB",
          "GPU avg/max",
          "LLM tokens",
          "LLM calls");

  private record Summary(List<Bucket> buckets) {}

  private record Llm(long totalTokens, long calls) {}

  /**
   * @param cpuPctAvg the figures as texts; null for what nobody measured
   */
  private record Bucket(
      String start,
      long sampleCount,
      Object cpuPctAvg,
      Object cpuPctMax,
      Object memoryRssMbAvg,
      Object memoryRssMbMax,
      Object gpuUtilPctAvg,
      Object gpuUtilPctMax,
      Llm llm) {

    boolean isEmpty() {
      return sampleCount == 0 && (llm == null || llm.totalTokens() == 0 && llm.calls() == 0);
    }

    List<String> row(Output output) {
      return List.of(
          output.time(Objects.toString(start, "")),
          String.valueOf(sampleCount),
          pair(cpuPctAvg, cpuPctMax),
          pair(memoryRssMbAvg, memoryRssMbMax),
          pair(gpuUtilPctAvg, gpuUtilPctMax),
          llm == null ? "" : String.valueOf(llm.totalTokens()),
          llm == null ? "" : String.valueOf(llm.calls()));
    }

    private static String pair(Object average, Object most) {
      return average == null && most == null ? "-" : figure(average) + "/" + figure(most);
    }

    private static String figure(Object value) {
      return value instanceof Number number
          ? String.format(Locale.ROOT, "%.1f", number.doubleValue())
          : "-";
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Pause pause = new Pause(client, interval);
    return RunReader.call(
        client,
        runs -> {
          boolean ended = !live;
          do {
            ended = ended || isOver(runs);
            client.print(runs.resources(run, window, bucket), Summary.class, this::print);
            if (!ended) {
              pause.take();
            }
          } while (!ended);
          return ExitCode.OK;
        });
  }

  /** Behind all numbers there is nothing but the end. */
  private boolean isOver(RunReader runs) throws InterruptedException {
    return runs.page(run, new RunReader.Wanted("resources", null), Long.MAX_VALUE - 1).ended();
  }

  private void print(Summary summary) {
    Output output = client.output();
    List<List<String>> rows =
        summary.buckets().stream()
            .filter(one -> !one.isEmpty())
            .map(one -> one.row(output))
            .toList();
    if (rows.isEmpty()) {
      client.output().line("Nothing was measured in the last " + Output.printable(window));
    } else {
      client.output().table(HEADERS, rows);
    }
  }
}
