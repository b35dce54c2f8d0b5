package io.mirrorneuron.cli.blueprint;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.cli.human.HumanAsk.Field;
import io.mirrorneuron.cli.human.HumanAsk.Form;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn blueprint show}. */
@Command(
    name = "show",
    description = "Shows a blueprint, and the inputs it asks for.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn blueprint show story-desk",
      "  mn blueprint show --folder my-bundle/",
      "  mn blueprint show story-desk --json | jq .form.properties"
    })
public final class BlueprintShowCommand implements Callable<Integer> {
  private static final List<String> FIELDS = List.of("Field", "Value");
  private static final List<String> INPUTS =
      List.of("Input", "Type", "Needed", "Default", "What it is");

  private static final int LONGEST_DEFAULT = 24;

  @Mixin ApiClient client;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "Of the blueprint.")
  String id;

  @Option(
      names = "--folder",
      paramLabel = "PATH",
      description = "A folder or zip with a bundle, which is sent to the server.")
  Path folder;

  /** What is shown of one; null where nothing is told. */
  private record ShowBody(
      String id,
      String name,
      String tagline,
      String description,
      String category,
      String output,
      String customizableFor,
      List<Object> capabilities,
      String publisher,
      String revision,
      String rateLabel) {}

  private record One(ShowBody blueprint) {}

  @Override
  public Integer call() throws InterruptedException {
    if ((id == null) == (folder == null)) {
      throw client.misuse("give an id of the catalog (mn blueprint list), or --folder PATH");
    }
    return client.call(
        rest -> {
          RestAnswer found = found(rest);
          client.print(
              found,
              One.class,
              one -> {
                client.output().sentences(FIELDS, rows(one.blueprint()));
                Form.of(found.member("form")).ifPresent(this::show);
              });
          return ExitCode.OK;
        });
  }

  private RestAnswer found(RestClient rest) throws InterruptedException {
    if (folder == null) {
      return rest.get("/blueprints/" + RestClient.part(id));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("source", "bundle");
    body.put("bundle_path", BundlePack.sent(folder, client, rest));
    body.put("force", true); // nothing but the form is asked for
    return rest.post("/blueprints/launch/validate", body)
        .without("source", "validation", "manifest");
  }

  private void show(Form form) {
    List<List<String>> rows = new ArrayList<>();
    form.fields().forEach((name, field) -> rows.add(row(name, field, form.requires(name))));
    client.output().line("");
    if (rows.isEmpty()) {
      client.output().line("It asks for nothing.");
    } else {
      client.output().sentences(INPUTS, rows);
    }
  }

  private static List<String> row(String name, Field field, boolean isNeeded) {
    return List.of(
        name,
        Objects.toString(field.type(), ""),
        isNeeded ? "yes" : "no",
        field.writeOnly() ? "(secret)" : shown(field.standard()),
        field.about());
  }

  /** A long one would leave no room for what the input is; {@code --json} has all of it. */
  private static String shown(String standard) {
    return standard.length() <= LONGEST_DEFAULT
        ? standard
        : standard.substring(0, LONGEST_DEFAULT - 1) + "…";
  }

  private static List<List<String>> rows(ShowBody one) {
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
}
