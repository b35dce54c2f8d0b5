package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.BundleReport;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.EitherClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.RunsClient;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.run.report.BlueprintReport;
import io.mirrorneuron.run.report.RunDocument;
import io.mirrorneuron.wire.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint}. */
@Command(
    name = "blueprint",
    description =
        "Looks at blueprints, workflows of a catalog that are ready to be used, launches them and"
            + " watches their runs.",
    subcommands = {
      BlueprintRunCommand.class,
      BlueprintCommand.BlueprintValidateCommand.class,
      BlueprintShowCommand.class,
      BlueprintCommand.BlueprintInstallCommand.class,
      BlueprintCommand.BlueprintUpdateCommand.class,
      BlueprintCleanupCommand.class,
      BlueprintCommand.BlueprintUninstallCommand.class,
      BlueprintMonitorCommand.class,
      BlueprintCommand.BlueprintTailCommand.class,
      BlueprintCommand.BlueprintLogsCommand.class,
      BlueprintCommand.BlueprintStreamCommand.class,
      BlueprintResourcesCommand.class,
      BlueprintHumanCommand.class,
      BlueprintCommand.BlueprintCompareCommand.class,
      BlueprintCommand.BlueprintExportCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint list",
      "  mn blueprint show story-desk",
      "  mn blueprint run word-count",
      "  mn blueprint monitor --follow",
      "  mn blueprint export RUN_ID --format markdown"
    })
public final class BlueprintCommand extends CommandGroup {
  private static final List<String> HEADERS = List.of("ID", "Name", "Job Name", "Description");

  /** What is shown of one; null where nothing is told. */
  private record BlueprintBody(String id, String name, String jobName, String description) {}

  private record Category(String name, int count) {}

  private record All(List<BlueprintBody> blueprints, List<Category> categories) {}

  @Command(
      name = "list",
      description = "Lists the blueprints of the server's catalog.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint list --category writing",
        "  mn blueprint list --json | jq -r '.blueprints[].id'"
      })
  int list(
      @Mixin ApiClient client,
      @Option(
              names = "--category",
              paramLabel = "NAME",
              split = ",",
              description = "Only those of this category, or of one of these.")
          List<String> categories)
      throws InterruptedException {
    client.jsonInPipes();
    String query = categories == null ? "" : "?category=" + encoded(String.join(",", categories));
    return client.show(
        "/blueprints" + query,
        All.class,
        all -> {
          client.output().table(HEADERS, all.blueprints().stream().map(this::row).toList());
          if (all.blueprints().isEmpty() && categories != null) {
            client.complain(none(categories, all.categories()));
          }
        });
  }

  private static String none(List<String> wanted, List<Category> there) {
    String names =
        there.stream()
            .filter(one -> one.count() > 0)
            .map(one -> "%s (%d)".formatted(one.name(), one.count()))
            .collect(Collectors.joining(", "));
    return "there is no blueprint of the category %s; %s"
        .formatted(
            String.join(", ", wanted),
            names.isEmpty() ? "the catalog is empty" : "the catalog has " + names);
  }

  private List<String> row(BlueprintBody one) {
    return Stream.of(one.id(), one.name(), one.jobName(), one.description())
        .map(text -> Objects.requireNonNullElse(text, ""))
        .toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** {@code mn blueprint tail}. */
  @Command(
      name = "tail",
      description = {
        "Prints the last events of a run: time, type, and the rest as JSON.",
        "With --json each is a line of JSON, as mn blueprint stream has it."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint tail RUN_ID",
        "  mn blueprint tail RUN_ID -n 5 --follow",
        "  mn blueprint tail RUN_ID --runs-root /archive/runs"
      })
  public static final class BlueprintTailCommand implements Callable<Integer> {
    @Mixin RunsClient client;

    @Parameters(paramLabel = "RUN", description = RunReader.ID)
    String run;

    @Option(
        names = {"-n", "--limit"},
        paramLabel = "N",
        defaultValue = "20",
        description = "The last so many; default ${DEFAULT-VALUE}.")
    int last;

    @Mixin FollowOptions follow;

    @Override
    public Integer call() throws InterruptedException {
      return follow.print(
          client, run, new RunReader.Wanted("events", null), last, StreamRecord::event);
    }
  }

  /** {@code mn blueprint logs}. */
  @Command(
      name = "logs",
      description = {
        "Prints the last log records of a run: time, level, component and message.",
        "With --json each is a line of JSON, as mn blueprint stream has it.",
        "mn run logs chooses among them by step, stream and text."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint logs RUN_ID --level warning",
        "  mn blueprint logs RUN_ID --follow"
      })
  public static final class BlueprintLogsCommand implements Callable<Integer> {
    @Mixin RunsClient client;

    @Parameters(paramLabel = "RUN", description = RunReader.ID)
    String run;

    @Option(
        names = {"-n", "--limit"},
        paramLabel = "N",
        defaultValue = "50",
        description = "The last so many; default ${DEFAULT-VALUE}.")
    int last;

    @Option(
        names = "--level",
        paramLabel = "LEVEL",
        description = "Of the log only records of this level or above, for example warning.")
    String level;

    @Mixin FollowOptions follow;

    @Override
    public Integer call() throws InterruptedException {
      return follow.print(
          client, run, new RunReader.Wanted("logs", level), last, StreamRecord::log);
    }
  }

  /** {@code mn blueprint uninstall}. */
  @Command(
      name = "uninstall",
      description = "Says that a blueprint needs its models no more. Its runs stay.",
      footerHeading = "%nExamples:%n",
      footer = "  mn blueprint uninstall ask-a-model --remove-models")
  public static final class BlueprintUninstallCommand implements Callable<Integer> {
    @Mixin ApiClient client;

    @Parameters(paramLabel = "ID", description = "Of the blueprint.")
    String id;

    @Option(names = "--remove-models", description = "Remove those that nobody else needs.")
    boolean remove;

    private record Uninstalled(List<String> released, List<String> removed) {}

    @Override
    public Integer call() throws InterruptedException {
      return client.call(
          rest -> {
            String path =
                "/blueprints/" + RestClient.part(id) + "/uninstall?remove_models=" + remove;
            RestAnswer answer = rest.post(path, Map.of());
            client.print(answer, Uninstalled.class, this::show);
            return ExitCode.OK;
          });
    }

    private void show(Uninstalled reported) {
      Output output = client.output();
      output.line(
          reported.released().isEmpty()
              ? Output.printable(id) + " needed no models"
              : "needed no more: " + Output.printable(String.join(", ", reported.released())));
      if (!reported.removed().isEmpty()) {
        output.line("removed: " + Output.printable(String.join(", ", reported.removed())));
      }
    }
  }

  /** {@code mn blueprint stream}. */
  @Command(
      name = "stream",
      description =
          "Prints the last records of a run, of several channels in one order, each as a line of JSON.",
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint stream RUN_ID --channels events,human | jq .type",
        "  mn blueprint stream RUN_ID --follow"
      })
  public static final class BlueprintStreamCommand implements Callable<Integer> {
    @Mixin RunsClient client;

    @Parameters(paramLabel = "RUN", description = RunReader.ID)
    String run;

    @Option(
        names = "--channels",
        paramLabel = "LIST",
        defaultValue = "events,logs,human,resources",
        description =
            "Of events, logs, human, resources, errors and timeline, with commas between; default"
                + " ${DEFAULT-VALUE}.")
    String channels;

    @Option(
        names = {"-n", "--limit"},
        paramLabel = "N",
        defaultValue = "100",
        description = "The last so many; default ${DEFAULT-VALUE}.")
    int last;

    @Option(
        names = "--level",
        paramLabel = "LEVEL",
        description = "Of the log only records of this level or above, for example warning.")
    String level;

    @Mixin FollowOptions follow;

    @Override
    public Integer call() throws InterruptedException {
      return follow.print(
          client, run, new RunReader.Wanted(channels, level), last, StreamRecord::line);
    }
  }

  /** {@code mn blueprint validate}. */
  @Command(
      name = "validate",
      description = "Validates a launch, and launches nothing.",
      sortOptions = false,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it can run", "1:it cannot run", "5:there is no such blueprint"},
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint validate word-count --input most=5",
        "  mn blueprint validate --folder my-bundle/ --json | jq .issues"
      })
  public static final class BlueprintValidateCommand implements Callable<Integer> {
    @Mixin EitherClient client;
    @Mixin LaunchArguments words;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "table, or json, which is the same as --json.")
    String format;

    private record BlueprintBody(Validation validation) {}

    @Override
    public Integer call() throws InterruptedException {
      words.checkOrFolder(client);
      if (format != null && !format.equals("json") && !format.equals("table")) {
        throw client.misuse("--output must be table or json");
      }
      return client.callApi(this::validate);
    }

    private int validate(RestClient rest) throws InterruptedException {
      RestAnswer answer = rest.post("/blueprints/launch/validate", words.body(client, rest));
      Validation report = Json.read(answer.json(), BlueprintBody.class, "answer").validation();
      if (client.json() || "json".equals(format)) {
        client.output().json(report);
      } else {
        BundleReport reported = new BundleReport(client, words.name(), false);
        reported.lines(report).forEach(client.output()::line);
        client.output().line(reported.verdict(report));
      }
      return report.ok() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  /** {@code mn blueprint install}. */
  @Command(
      name = "install",
      description = {
        "Installs the models that a blueprint needs; without an id, has the server look for changes of"
            + " its catalog, as mn blueprint update does."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn blueprint install ask-a-model", "  mn blueprint install"})
  public static final class BlueprintInstallCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(200);
    private static final List<String> HEADERS = List.of("Model", "Status", "Asked for at");

    @Mixin ApiClient client;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "Of the blueprint.")
    String id;

    @Option(names = "--force", description = "Also models that do not fit the server.")
    boolean force;

    private record Model(String id, String model, String status, String path) {
      List<String> row() {
        return List.of(
            Objects.requireNonNullElse(id, model), status, Objects.requireNonNullElse(path, ""));
      }
    }

    private record Installs(List<Model> models) {}

    private record Installed(Installs modelInstall) {}

    @Override
    public Integer call() throws InterruptedException {
      if (id == null) {
        return BlueprintUpdateCommand.update(client);
      }
      return client.call(
          rest -> {
            String path = "/blueprints/" + RestClient.part(id) + "/install?force=" + force;
            RestAnswer answer = rest.post(path, Map.of(), PATIENCE);
            client.print(answer, Installed.class, this::show);
            return ExitCode.OK;
          });
    }

    private void show(Installed reported) {
      List<Model> models = reported.modelInstall().models();
      if (models.isEmpty()) {
        client.output().line(Output.printable(id) + " needs no models");
      } else {
        client.output().table(HEADERS, models.stream().map(Model::row).toList());
      }
    }
  }

  /** {@code mn blueprint export}. */
  @Command(
      name = "export",
      description = {
        "Prints a run as one document, in the form that the original has.",
        "HTML is a file: mn-export.html in the folder of the run or, before a server, RUN_ID.html here."
            + " Its URL is printed.",
        "mn run export has all of a run in a zip."
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint export RUN_ID | jq .result",
        "  mn blueprint export RUN_ID --format markdown > report.md",
        "  mn blueprint export RUN_ID --format html --runs-root ~/.mn/runs"
      })
  public static final class BlueprintExportCommand implements Callable<Integer> {
    @Mixin RunsClient client;

    @Parameters(paramLabel = "RUN", description = RunReader.ID)
    String run;

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description = "json, markdown (or md) or html (or static_html, web); default json.")
    String format;

    @Override
    public Integer call() throws InterruptedException {
      String wanted = format == null ? "json" : format.toLowerCase(Locale.ROOT);
      if (client.json() && !wanted.equals("json")) {
        throw client.misuse("give --json or --format " + format + ", not both");
      }
      return switch (wanted) {
        case "json" ->
            text(
                document -> {
                  document.whatIsCut().forEach(client::complain);
                  return Json.indentedAndSorted(document.withoutTruncated()) + "\n";
                });
        case "markdown", "md" -> text(BlueprintReport::markdown);
        case "html", "static_html", "web" -> page();
        default -> {
          client.complain("Unsupported export format. Use 'json', 'markdown', or 'html'.");
          yield ExitCode.FAILED;
        }
      };
    }

    private int text(Function<RunDocument, String> form) throws InterruptedException {
      return RunReader.call(
          client,
          runs -> {
            String text = form.apply(runs.document(run));
            client.output().text(text, client.screen().interactive());
            return ExitCode.OK;
          });
    }

    private int page() throws InterruptedException {
      return RunReader.call(
          client,
          runs -> {
            RunDocument document = runs.document(run);
            Path file = runs.keep(document, BlueprintReport.html(document));
            client.output().line(file.toUri().toString());
            return ExitCode.OK;
          });
    }
  }

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
  public static final class BlueprintCompareCommand implements Callable<Integer> {
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
              client
                  .output()
                  .table(List.of("Field", left.runId(), right.runId()), rows(left, right));
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
      rows.add(
          List.of("Event count", String.valueOf(left.events()), String.valueOf(right.events())));
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

  /** {@code mn blueprint update}. */
  @Command(
      name = "update",
      description = "Has the server look for changes of its catalog now.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:the catalog is up to date",
        "1:it stays as it was, for example because the repository is away"
      },
      footerHeading = "%nExamples:%n",
      footer = "  mn blueprint update")
  public static final class BlueprintUpdateCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Mixin ApiClient client;

    private record All(String repoDir, List<Object> blueprints, List<String> warnings) {}

    @Override
    public Integer call() throws InterruptedException {
      return update(client);
    }

    static int update(ApiClient client) throws InterruptedException {
      return client.call(
          rest -> {
            RestAnswer answer = rest.post("/blueprints:update", Map.of(), PATIENCE);
            client.print(answer, All.class, all -> show(client.output(), all));
            List<String> warnings = answer.as(All.class).warnings();
            warnings.forEach(client::complain);
            return warnings.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
          });
    }

    private static void show(Output output, All all) {
      output.line(
          "%d blueprints in %s"
              .formatted(all.blueprints().size(), Output.printable(all.repoDir())));
    }
  }
}
