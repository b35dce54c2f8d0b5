package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn blueprint monitor}. */
@Command(
    name = "monitor",
    description =
        "Shows the runs of blueprints in lines of fixed width, those that ended last at the top.",
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint monitor",
      "  mn blueprint monitor --blueprint-id story-desk --follow",
      "  mn blueprint monitor --runs-root /archive/runs --max-runs 100"
    })
public final class BlueprintMonitorCommand implements Callable<Integer> {
  @Mixin RunsClient client;

  private static final String LINE = "%-28s %-18s %s %-25s %-42s %s";
  private static final int STATUS = 12;
  private static final DateTimeFormatter NOW = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  @Option(
      names = {"-f", "--follow"},
      description = "Again and again, until Ctrl-C.")
  boolean follow;

  @Option(names = "--blueprint-id", paramLabel = "ID", description = "Only runs of this blueprint.")
  String blueprintId;

  @Option(
      names = "--max-runs",
      paramLabel = "N",
      defaultValue = "20",
      description = "So many at most; default ${DEFAULT-VALUE}.")
  int most;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "With --follow: so often; default ${DEFAULT-VALUE}.")
  double interval;

  private final Clock clock = Clock.systemDefaultZone();

  /** A line. */
  private record Shown(RunReader.Row run, String webUi) {}

  @Override
  public Integer call() throws InterruptedException {
    Pause pause = new Pause(client, interval);
    if (most < 1) {
      throw client.misuse("--max-runs must be 1 or more");
    }
    try (JobWatcher.AutoClosing _ = follow ? JobWatcher.atCtrlC(this::stopped) : () -> {}) {
      return RunReader.call(
          client,
          runs -> {
            print(newest(runs));
            while (follow) {
              pause.take();
              print(newest(runs));
            }
            return ExitCode.OK;
          });
    } catch (InterruptedException e) {
      stopped();
      return ExitCode.OK;
    }
  }

  private void stopped() {
    if (!client.json()) {
      client.output().line("Stopped blueprint monitor.");
    }
  }

  private List<Shown> newest(RunReader runs) throws InterruptedException {
    List<RunReader.Row> rows =
        runs.rows(blueprintId, most).stream()
            .sorted(
                Comparator.comparing(
                    BlueprintMonitorCommand::time, Comparator.nullsLast(Comparator.reverseOrder())))
            .limit(most)
            .toList();
    List<Shown> shown = new ArrayList<>();
    for (RunReader.Row row : rows) {
      shown.add(new Shown(row, runs.webUi(row.runId())));
    }
    return shown;
  }

  private static Instant time(RunReader.Row run) {
    String time = run.endedAt() == null ? run.startedAt() : run.endedAt();
    return time == null ? null : Records.time(time);
  }

  private void print(List<Shown> runs) {
    if (client.json()) {
      Map<String, Object> document = Map.of("runs", runs.stream().map(this::members).toList());
      client.output().line(follow ? Json.write(document) : Json.indented(document));
      return;
    }
    client.output().line("Blueprint runs " + NOW.format(LocalDateTime.now(clock)));
    if (runs.isEmpty()) {
      client.output().line("No blueprint runs found.");
      return;
    }
    String header =
        LINE.formatted("Run ID", "Job ID", cell("Status", STATUS), "Ended", "Blueprint", "Web UI");
    client.output().line(header);
    client.output().line("-".repeat(header.length()));
    runs.forEach(one -> client.output().line(line(one)));
  }

  private String line(Shown one) {
    RunReader.Row run = one.run();
    String status = Objects.toString(run.status(), "");
    return LINE.formatted(
            cell(run.runId(), 28),
            cell(run.jobId(), 18),
            client.output().paint().status(cell(status, STATUS), status),
            cell(run.endedAt(), 25),
            cell(run.blueprintId(), 42),
            Output.printable(one.webUi()))
        .stripTrailing();
  }

  private static String cell(String value, int width) {
    String text = Output.printable(Objects.toString(value, ""));
    String cut = text.length() > width ? text.substring(0, width - 1) + "…" : text;
    return ("%-" + width + "s").formatted(cut);
  }

  private Map<String, Object> members(Shown one) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("run_id", one.run().runId());
    members.put("job_id", one.run().jobId());
    members.put("blueprint_id", one.run().blueprintId());
    members.put("status", one.run().status());
    members.put("started_at", one.run().startedAt());
    members.put("ended_at", one.run().endedAt());
    members.put("web_ui", one.webUi().isEmpty() ? null : one.webUi());
    return members;
  }
}
