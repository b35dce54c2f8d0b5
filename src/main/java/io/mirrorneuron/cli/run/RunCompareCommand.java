package io.mirrorneuron.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.RunAddress;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn run compare}. */
@Command(
    name = "compare",
    description = "Shows runs side by side, and what is not the same in all of them.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn run compare RUN_ID OTHER_RUN_ID",
      "  mn run compare RUN_ID OTHER_RUN_ID --json | jq .differences"
    })
final class RunCompareCommand implements Callable<Integer> {
  /** What the runtime tells of itself, and is another one in every run. */
  private static final Pattern VOLATILE =
      Pattern.compile(
          "/(lease|lease_id|sandbox|sandbox_name|workspace|workdir|execution_id|attempt_id"
              + "|message_id|event_id|idempotency_key|trace_id|span_id|run_id|job_id|run_dir|pid"
              + "|(created|updated|submitted|started|ended|completed|deadline|timestamp)(_at)?"
              + "|duration_ms|queue_wait_ms)(/.*)?$");

  @Mixin ApiClient client;

  private int hidden;

  @Parameters(arity = "2..10", paramLabel = "RUN_ID", description = RunAddress.ID)
  List<String> runs;

  @Option(
      names = "--all",
      description = "Also what is another one in every run: ids, times, places.")
  boolean everything;

  private record Comparison(List<Run> data, Differences differences) {
    private record Run(
        String runId,
        String blueprintId,
        String status,
        String startedAt,
        String endedAt,
        Long durationMs,
        Map<String, Long> counts) {}

    private record Differences(
        List<Member> config, List<Member> inputs, List<Member> result, List<Step> steps) {}

    private record Member(String pointer, Map<String, JsonNode> values) {}

    private record Step(
        String stepId,
        Map<String, JsonNode> status,
        Map<String, JsonNode> attempts,
        Map<String, JsonNode> durationMs) {}
  }

  private record Request(List<String> runIds) {}

  @Override
  public Integer call() throws InterruptedException {
    client.jsonInPipes();
    return client.call(
        rest -> {
          List<String> ids = new ArrayList<>();
          for (String run : runs) {
            String id = RunAddress.runId(rest, run);
            if (ids.contains(id)) {
              throw client.misuse(id + " is named twice");
            }
            ids.add(id);
          }
          client.print(rest.post("/runs:compare", new Request(ids)), Comparison.class, this::print);
          return ExitCode.OK;
        });
  }

  private void print(Comparison comparison) {
    List<Comparison.Run> all = comparison.data();
    List<String> headers = new ArrayList<>(List.of("Field"));
    all.forEach(run -> headers.add(run.runId()));
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("Workflow", all, Comparison.Run::blueprintId));
    rows.add(row("Status", all, Comparison.Run::status));
    rows.add(
        row("Started", all, run -> client.output().time(Objects.toString(run.startedAt(), ""))));
    rows.add(row("Ended", all, run -> client.output().time(Objects.toString(run.endedAt(), ""))));
    rows.add(row("Seconds", all, run -> run.durationMs() == null ? "" : run.durationMs() / 1000.0));
    rows.add(row("Events", all, run -> run.counts().get("events")));
    if (comparison.differences() != null) {
      differences(comparison.differences(), all, rows);
    }
    client.output().table(headers, rows);
    if (hidden > 0) {
      client
          .output()
          .line("and %d that are other ones in every run; --all shows them".formatted(hidden));
    }
  }

  private void differences(
      Comparison.Differences found, List<Comparison.Run> all, List<List<String>> rows) {
    Map<String, List<Comparison.Member>> groups = new LinkedHashMap<>();
    groups.put("config", found.config());
    groups.put("inputs", found.inputs());
    groups.put("result", found.result());
    groups.forEach(
        (group, members) -> {
          for (Comparison.Member member : members) {
            if (everything || !VOLATILE.matcher(member.pointer()).find()) {
              rows.add(row(group + member.pointer(), all, in(member.values())));
            } else {
              hidden++;
            }
          }
        });
    for (Comparison.Step step : found.steps()) {
      rows.add(row("status of " + step.stepId(), all, in(step.status())));
      rows.add(row("attempts of " + step.stepId(), all, in(step.attempts())));
      rows.add(row("ms of " + step.stepId(), all, in(step.durationMs())));
    }
  }

  private static Function<Comparison.Run, Object> in(Map<String, JsonNode> values) {
    return run -> {
      JsonNode value = values.get(run.runId());
      return value == null ? "" : value.isTextual() ? value.textValue() : Json.write(value);
    };
  }

  private static List<String> row(
      String field, List<Comparison.Run> runs, Function<Comparison.Run, Object> cell) {
    List<String> row = new ArrayList<>(List.of(field));
    runs.forEach(run -> row.add(Objects.toString(cell.apply(run), "")));
    return row;
  }
}
