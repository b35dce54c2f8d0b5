package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn model}. */
@Command(
    name = "model",
    description = "Shows, installs and measures language models.",
    subcommands = ModelBenchmarkCommand.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn model list --all",
      "  mn model install smollm2",
      "  mn model benchmark smollm2"
    })
public final class ModelCommand extends CommandGroup {
  private static final String PATH = "/models";
  static final String ID = "An id of mn model list --all, or the name of a model.";

  private record Doctor(String id, boolean ok, String status, List<Check> checks) {}

  private record Check(String name, String status, String message, String help) {}

  static String path(String id) {
    return PATH + "/" + RestClient.part(id);
  }

  @Command(
      name = "list",
      description = "Lists the models that are installed.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn model list", "  mn model list --all --json | jq -r '.models[].id'"})
  int list(
      @Mixin ApiClient client,
      @Option(names = "--installed", description = "Only installed ones, as without an option.")
          boolean installed,
      @Option(names = "--all", description = "Those of the catalog that are not installed, too.")
          boolean all)
      throws InterruptedException {
    client.jsonInPipes();
    if (installed && all) {
      throw client.misuse("give --installed or --all");
    }
    boolean isWhole = all || !client.json(); // those that are being installed are of the catalog
    return client.call(
        rest -> {
          RestAnswer answer = rest.get(isWhole ? PATH + "/catalog" : PATH);
          List<List<String>> rows = rows(rest, answer.as(ToldModel.All.class), all);
          client.print(answer, ToldModel.All.class, told -> print(client, told, rows));
          return ExitCode.OK;
        });
  }

  /** Of what is being installed with how far that is. */
  private static List<List<String>> rows(RestClient rest, ToldModel.All told, boolean all)
      throws InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (ToldModel model : told.models()) {
      if (model.isUnderWay()) {
        rows.add(rest.get(path(model.id())).as(ToldModel.class).row());
      } else if (all || model.installed()) {
        rows.add(model.row());
      }
    }
    return rows;
  }

  private static void print(ApiClient client, ToldModel.All told, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      client.output().table(ToldModel.HEADERS, rows);
    } else if (told.runnerAvailable()) {
      client.output().line("No installed models; mn model list --all shows what can be installed.");
    } else {
      client.output().line("Nobody knows which models are installed.");
    }
    told.warnings().forEach(client::complain);
  }

  @Command(
      name = "show",
      description = "Shows a model.",
      footerHeading = "%nExample:%n",
      footer = "  mn model show gemma4:e2b --compatibility")
  int show(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "MODEL", description = ID) String id,
      @Option(names = "--compatibility", description = "Also whether this node can run it.")
          boolean compatibility)
      throws InterruptedException {
    return client.show(
        path(id), ToldModel.class, told -> told.print(client.output(), compatibility));
  }

  @Command(
      name = "install",
      description = {
        "Installs a model of the catalog and shows how far that is.",
        "Ctrl-C only stops looking; the server goes on. What was broken off goes on where it was."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  mn model install smollm2", "  mn model install gemma4:e2b --force"})
  int install(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "MODEL", description = ID) String id,
      @Option(names = "--force", description = "Also where this node cannot run it well.")
          boolean force,
      @Option(
              names = "--backend",
              paramLabel = "NAME",
              defaultValue = "auto",
              description =
                  "auto, the default, or the backend that the catalog has for it: another is refused.")
          String backend,
      @Option(
              names = "--context-size",
              paramLabel = "TOKENS",
              description = "The size that the catalog has for it: another is refused.")
          Long contextSize)
      throws InterruptedException {
    return client.call(
        rest -> {
          if (contextSize != null || !backend.equals("auto")) {
            rest.get(path(id)).as(ToldModel.class).requireFit(client, backend, contextSize);
          }
          return pulled(client, rest, id, "install", Map.of("force", force));
        });
  }

  @Command(
      name = "update",
      description = "Pulls installed models again, so that they are what the registry has now.",
      footerHeading = "%nExamples:%n",
      footer = {"  mn model update smollm2", "  mn model update            all of them"})
  int update(
      @Mixin ApiClient client,
      @Parameters(arity = "0..1", paramLabel = "MODEL", description = ID) String id)
      throws InterruptedException {
    return id == null
        ? client.call(rest -> updateAll(client, rest))
        : client.call(rest -> pulled(client, rest, id, "update", Map.of()));
  }

  private record Updated(List<PullWatch.Begun> models, List<String> errors) {}

  private static int updateAll(ApiClient client, RestClient rest) throws InterruptedException {
    RestAnswer answer = rest.post(PATH + ":update", Map.of());
    Updated begun = answer.as(Updated.class);
    for (PullWatch.Begun one : begun.models()) {
      new PullWatch(client, rest, one.id()).end();
    }
    client.print(
        answer,
        Updated.class,
        told -> told.models().forEach(one -> client.output().line("Updated " + one.id())));
    begun.errors().forEach(client::complain);
    return begun.errors().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static int pulled(
      ApiClient client, RestClient rest, String id, String action, Map<String, Object> body)
      throws InterruptedException {
    RestAnswer answer = rest.post(path(id) + "/" + action, body);
    PullWatch.Begun begun = answer.as(PullWatch.Begun.class);
    String status = begun.status();
    RestAnswer model = rest.get(path(id));
    if (status.equals("installing")) {
      model = new PullWatch(client, rest, id).end();
      status = "installed";
    }
    String last = status;
    client.print(model, ToldModel.class, told -> confirm(client.output(), action, last, told));
    return ExitCode.OK;
  }

  private static void confirm(Output output, String action, String status, ToldModel model) {
    output.line("Model " + action + " successful.");
    output.line("Status: " + status);
    output.line("Model: " + Output.printable(model.id()));
    output.line("Next: mn model benchmark " + Output.printable(model.id()));
  }

  @Command(
      name = "remove",
      description = "Removes a model from the runner.",
      footerHeading = "%nExample:%n",
      footer = "  mn model remove smollm2")
  int remove(
      @Mixin ApiClient client,
      @Parameters(paramLabel = "MODEL", description = ID) String id,
      @Option(names = "--force", description = "Also when blueprints need it.") boolean force)
      throws InterruptedException {
    return client.call(
        rest -> {
          RestAnswer gone = rest.delete(path(id) + "?force=" + force);
          client.print(
              gone,
              PullWatch.Begun.class,
              told -> {
                client.output().line("Model remove successful.");
                client.output().line("Status: " + told.status());
                client.output().line("Model: " + Output.printable(told.id()));
              });
          return ExitCode.OK;
        });
  }

  @Command(
      name = "doctor",
      description = "Checks what is needed to use a model.",
      footerHeading = "%nExample:%n",
      footer = "  mn model doctor smollm2")
  int doctor(@Mixin ApiClient client, @Parameters(paramLabel = "MODEL", description = ID) String id)
      throws InterruptedException {
    return client.call(
        rest -> {
          RestAnswer answer = rest.get(path(id) + "/doctor");
          client.print(answer, Doctor.class, told -> print(client.output(), told));
          return answer.as(Doctor.class).ok() ? ExitCode.OK : ExitCode.FAILED;
        });
  }

  private static void print(Output output, Doctor told) {
    for (Check check : told.checks()) {
      output.field(check.name(), check.status() + ": " + check.message());
      if (check.help() != null) {
        output.line("  " + check.help());
      }
    }
  }
}
