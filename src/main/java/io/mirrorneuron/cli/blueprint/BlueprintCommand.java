package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.blueprint.runs.BlueprintCompareCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintExportCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintHumanCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintLogsCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintMonitorCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintResourcesCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintStreamCommand;
import io.mirrorneuron.cli.blueprint.runs.BlueprintTailCommand;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
      BlueprintValidateCommand.class,
      BlueprintInstallCommand.class,
      BlueprintUpdateCommand.class,
      BlueprintCleanupCommand.class,
      BlueprintUninstallCommand.class,
      BlueprintMonitorCommand.class,
      BlueprintTailCommand.class,
      BlueprintLogsCommand.class,
      BlueprintStreamCommand.class,
      BlueprintResourcesCommand.class,
      BlueprintHumanCommand.class,
      BlueprintCompareCommand.class,
      BlueprintExportCommand.class
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
  private static final List<String> FIELDS = List.of("Field", "Value");

  /** What is shown of one; null where nothing is told. */
  private record Told(
      String id,
      String name,
      String jobName,
      String tagline,
      String description,
      String category,
      String output,
      String customizableFor,
      List<Object> capabilities,
      String publisher,
      String revision,
      String rateLabel) {}

  private record All(List<Told> blueprints) {}

  private record One(Told blueprint) {}

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
    String query = categories == null ? "" : "?category=" + encoded(String.join(",", categories));
    return client.show(
        "/blueprints" + query,
        All.class,
        all -> client.output().table(HEADERS, all.blueprints().stream().map(this::row).toList()));
  }

  private List<String> row(Told one) {
    return Stream.of(one.id(), one.name(), one.jobName(), one.description())
        .map(text -> Objects.requireNonNullElse(text, ""))
        .toList();
  }

  @Command(
      name = "show",
      description = "Shows what the catalog tells of a blueprint.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mn blueprint show story-desk",
        "  mn blueprint show story-desk --json | jq .blueprint.requirements"
      })
  int show(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "ID", description = "Of the blueprint.") String id)
      throws InterruptedException {
    return client.show(
        "/blueprints/" + encoded(id),
        One.class,
        one -> client.output().table(FIELDS, rows(one.blueprint())));
  }

  private static List<List<String>> rows(Told one) {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("ID", one.id());
    rows.put("Name", one.name());
    rows.put("In a line", one.tagline());
    rows.put("Description", one.description());
    rows.put("Category", one.category());
    rows.put("Puts out", one.output());
    rows.put("Good for", one.customizableFor());
    rows.put("Can", words(one.capabilities()));
    rows.put("Publisher", one.publisher());
    rows.put("Revision", one.revision());
    rows.put("Price", one.rateLabel());
    rows.values().removeIf(text -> text == null || text.isEmpty());
    return rows.entrySet().stream().map(row -> List.of(row.getKey(), row.getValue())).toList();
  }

  private static String words(List<Object> values) {
    return values.stream()
        .map(Objects::toString)
        .map(Output::printable)
        .collect(Collectors.joining(", "));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
