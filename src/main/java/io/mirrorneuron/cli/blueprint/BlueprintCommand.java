package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn blueprint}. */
@Command(
    name = "blueprint",
    description =
        "Looks at blueprints, workflows of a catalog that are ready to be used, launches them and"
            + " watches their runs.",
    subcommands = {
      BlueprintRunCommand.class,
      BlueprintValidateCommand.class,
      BlueprintShowCommand.class,
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

  /** What is shown of one; null where nothing is told. */
  private record Told(String id, String name, String jobName, String description) {}

  private record Category(String name, int count) {}

  private record All(List<Told> blueprints, List<Category> categories) {}

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

  private List<String> row(Told one) {
    return Stream.of(one.id(), one.name(), one.jobName(), one.description())
        .map(text -> Objects.requireNonNullElse(text, ""))
        .toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
