package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.blueprint.Blueprint;
import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.Output;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    description = "Looks at blueprints: workflows of a catalog, ready to be used.",
    footerHeading = "%nExamples:%n",
    footer = {"  mn blueprint list", "  mn blueprint show story-desk"})
public final class BlueprintCommand extends CommandGroup {
  private static final List<String> HEADERS = List.of("ID", "Name", "Job Name", "Description");
  private static final List<String> FIELDS = List.of("Field", "Value");

  private record All(String repoDir, List<Blueprint> blueprints) {}

  private record One(Blueprint blueprint) {}

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

  private List<String> row(Blueprint one) {
    return List.of(one.id(), one.name(), one.jobName(), one.description());
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

  private static List<List<String>> rows(Blueprint one) {
    return Stream.of(
            List.of("ID", one.id()),
            List.of("Name", one.name()),
            List.of("In a line", one.tagline()),
            List.of("Description", one.description()),
            List.of("Category", one.category()),
            List.of("Puts out", one.output()),
            List.of("Good for", one.customizableFor()),
            List.of("Can", words(one.capabilities())),
            List.of("Publisher", one.publisher()),
            List.of("Revision", one.revision()),
            List.of("Price", one.rateLabel()))
        .filter(row -> !row.getLast().isEmpty())
        .toList();
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
