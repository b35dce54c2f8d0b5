package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.runtime.HealthCommand.HealthReport;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mn runtime status}. */
@Command(
    name = "status",
    description = {
      "Shows the parts of a server, its nodes and how many jobs there are.",
      "Without the HTTP API the runtime is asked, which knows nodes and jobs."
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:everything serves, perhaps with a warning", "1:something does not"},
    footerHeading = "%nExamples:%n",
    footer = {"  mn runtime status", "  mn runtime status --json | jq .jobs.by_status"})
public final class RuntimeStatusCommand implements Callable<Integer> {
  private static final List<String> HEADERS = List.of("Component", "Status", "Target or trouble");

  @Mixin EitherClient client;

  /** What is known of the server; by the runtime alone it is less. */
  record State(
      String overall,
      String checkedAt,
      List<HealthReport.Component> components,
      Counted nodes,
      Counted jobs) {}

  /**
   * @param byStatus how many have each status
   */
  record Counted(boolean available, long total, Map<String, Long> byStatus) {
    static Counted of(Stream<String> statuses) {
      Map<String, Long> counts =
          statuses.collect(
              Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
      return of(counts);
    }

    static Counted of(Map<String, Long> counts) {
      return new Counted(true, counts.values().stream().mapToLong(Long::longValue).sum(), counts);
    }
  }

  private record Shown(String overall, List<Part> components, Counted nodes, Counted jobs) {
    /**
     * @param detail a text, or an object whose {@code warning} is what is wrong though it serves,
     *     and whose {@code note} is what should be known of it
     */
    private record Part(String name, String status, String target, Object detail, String error) {
      /** What is wrong, else what should be known, else who was asked. */
      String words() {
        Map<?, ?> reported = detail instanceof Map<?, ?> members ? members : Map.of();
        return Stream.of(error, reported.get("warning"), reported.get("note"), target)
            .filter(Objects::nonNull)
            .findFirst()
            .map(words -> Output.printable(words.toString()))
            .orElse("");
      }
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    return client.ask(
        rest -> rest.get("/runtime/status"),
        this::ask,
        answer -> {
          client.print(answer, Shown.class, this::print);
          return HealthReport.CRITICAL.equals(answer.as(Shown.class).overall())
              ? ExitCode.FAILED
              : ExitCode.OK;
        });
  }

  private State ask(MirrorNeuron mn) {
    ClusterSummary summary = mn.cluster().overview();
    HealthReport.Component core =
        new HealthReport.Component(
            "core_grpc", HealthReport.PASSING, client.config().grpc().target(), null, null, null);
    return new State(
        HealthReport.PASSING,
        Json.timestamp(Clock.systemUTC().instant()),
        List.of(core),
        Counted.of(Objects.requireNonNullElse(summary.nodeStatuses(), List.<String>of()).stream()),
        Counted.of(Objects.requireNonNullElse(summary.jobCounts(), Map.<String, Long>of())));
  }

  private void print(Shown state) {
    Output output = client.output();
    output.line(
        "Runtime: " + output.paint().status(Output.printable(state.overall()), state.overall()));
    output.field("Nodes", counts(state.nodes()));
    output.field("Jobs", counts(state.jobs()));
    output.line("");
    output.sentences(
        HEADERS,
        state.components().stream()
            .map(
                part ->
                    List.of(
                        Objects.toString(part.name(), ""),
                        Objects.toString(part.status(), ""),
                        part.words()))
            .toList());
  }

  private static String counts(Counted counted) {
    if (counted == null || !counted.available()) {
      return "not known";
    }
    String each =
        counted.byStatus().entrySet().stream()
            .map(one -> one.getValue() + " " + one.getKey())
            .collect(Collectors.joining(", "));
    return each.isEmpty() ? "none" : each;
  }
}
