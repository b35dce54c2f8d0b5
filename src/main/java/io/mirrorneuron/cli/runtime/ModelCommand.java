package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.CommandGroup;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.JobWatcher.AutoClosing;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ModelsPort.BenchmarkOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn model}. */
@Command(
    name = "model",
    description = "Shows, installs and measures language models.",
    subcommands = ModelCommand.ModelBenchmarkCommand.class,
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
          List<List<String>> rows = rows(rest, answer.as(ModelRow.All.class), all);
          client.print(answer, ModelRow.All.class, reported -> print(client, reported, rows));
          return ExitCode.OK;
        });
  }

  /** Of what is being installed with how far that is. */
  private static List<List<String>> rows(RestClient rest, ModelRow.All reported, boolean all)
      throws InterruptedException {
    List<List<String>> rows = new ArrayList<>();
    for (ModelRow model : reported.models()) {
      if (model.isUnderWay()) {
        rows.add(rest.get(path(model.id())).as(ModelRow.class).row());
      } else if (all || model.installed()) {
        rows.add(model.row());
      }
    }
    return rows;
  }

  private static void print(ApiClient client, ModelRow.All reported, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      client.output().table(ModelRow.HEADERS, rows);
    } else if (reported.runnerAvailable()) {
      client.output().line("No installed models; mn model list --all shows what can be installed.");
    } else {
      client.output().line("Nobody knows which models are installed.");
    }
    reported.warnings().forEach(client::complain);
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
        path(id), ModelRow.class, reported -> reported.print(client.output(), compatibility));
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
            rest.get(path(id)).as(ModelRow.class).requireFit(client, backend, contextSize);
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
        reported -> reported.models().forEach(one -> client.output().line("Updated " + one.id())));
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
    client.print(
        model, ModelRow.class, reported -> confirm(client.output(), action, last, reported));
    return ExitCode.OK;
  }

  private static void confirm(Output output, String action, String status, ModelRow model) {
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
              reported -> {
                client.output().line("Model remove successful.");
                client.output().line("Status: " + reported.status());
                client.output().line("Model: " + Output.printable(reported.id()));
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
          client.print(answer, Doctor.class, reported -> print(client.output(), reported));
          return answer.as(Doctor.class).ok() ? ExitCode.OK : ExitCode.FAILED;
        });
  }

  private static void print(Output output, Doctor reported) {
    for (Check check : reported.checks()) {
      output.field(check.name(), check.status() + ": " + check.message());
      if (check.help() != null) {
        output.line("  " + check.help());
      }
    }
  }

  /** {@code mn model benchmark}. */
  @Command(
      name = "benchmark",
      description = "Has a model answer, and says how fast it was.",
      footerHeading = "%nExample:%n",
      footer = "  mn model benchmark smollm2 --prompt 'What is a tide?' --max-tokens 64")
  static final class ModelBenchmarkCommand implements Callable<Integer> {
    /** A little more than the server takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(190);

    @Mixin ApiClient client;

    @Parameters(paramLabel = "MODEL", description = ModelCommand.ID)
    String id;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What is asked.")
    String prompt;

    @Option(
        names = "--max-tokens",
        paramLabel = "N",
        description = "Tokens at most, 16 to 512; 96 unless said.")
    Integer maxTokens;

    /** As the API tells it. */
    private record Measured(
        String model,
        double elapsedMs,
        double firstTokenMs,
        long generatedTokens,
        double tokensPerSecond,
        String sample,
        boolean estimated) {}

    @Override
    public Integer call() throws InterruptedException {
      requireTokens();
      Map<String, Object> wanted = new LinkedHashMap<>();
      wanted.put("prompt", prompt);
      wanted.put("max_tokens", maxTokens);
      return client.call(
          rest -> {
            RestAnswer answer = rest.post(ModelCommand.path(id) + "/benchmark", wanted, PATIENCE);
            client.print(answer, Measured.class, reported -> print(client.output(), reported));
            return ExitCode.OK;
          });
    }

    /** The server would take the nearest that it knows. */
    private void requireTokens() {
      if (maxTokens != null
          && (maxTokens < BenchmarkOrder.LEAST_TOKENS || maxTokens > BenchmarkOrder.MOST_TOKENS)) {
        throw client.misuse(
            "--max-tokens must be from %d to %d"
                .formatted(BenchmarkOrder.LEAST_TOKENS, BenchmarkOrder.MOST_TOKENS));
      }
    }

    private static void print(Output output, Measured reported) {
      output.field("Model", reported.model());
      String estimated = reported.estimated() ? " (estimated)" : "";
      output.field("Speed", "%.1f tokens/s%s".formatted(reported.tokensPerSecond(), estimated));
      output.field(
          "First token",
          reported.firstTokenMs() <= 0 ? "none" : "%.0f ms".formatted(reported.firstTokenMs()));
      output.field("In all", "%.0f ms".formatted(reported.elapsedMs()));
      output.field("Tokens", Long.toString(reported.generatedTokens()));
      output.quoted("Answer", Objects.requireNonNullElse(reported.sample(), ""));
    }
  }

  /** Follows the installation of a model until it ends, and shows how far it is. */
  private static final class PullWatch {
    private static final long LOOK_MS = 300;

    private final ApiClient client;
    private final RestClient rest;
    private final String id;
    private final String path;
    private final boolean live;
    private String shown = "";

    /** What was begun. */
    record Begun(String id, String status) {}

    /**
     * @param id of the model
     */
    PullWatch(ApiClient client, RestClient rest, String id) {
      this.client = client;
      this.rest = rest;
      this.id = id;
      this.path = ModelCommand.path(id);
      this.live = client.screen().isLive() && !client.json();
    }

    /**
     * Returns the model once it is there.
     *
     * @throws MnException when its installation failed
     */
    RestAnswer end() throws InterruptedException {
      try (AutoClosing _ = JobWatcher.atCtrlC(this::letGo)) {
        return awaited();
      }
    }

    private void letGo() {
      clear();
      client.complain(
          "the server goes on installing %1$s. See how far it is with mn model show %1$s"
              .formatted(id));
    }

    private RestAnswer awaited() throws InterruptedException {
      while (true) {
        RestAnswer answer = rest.get(path);
        ModelRow.Install install = answer.as(ModelRow.class).install();
        if (install == null || !install.isUnderWay()) {
          clear();
          tellAll(install);
          if (install != null && install.error() != null) {
            throw new MnException(ErrorCode.BAD_GATEWAY, "model_install_failed", install.error());
          }
          return answer;
        }
        show(install);
        new CountDownLatch(1).await(LOOK_MS, TimeUnit.MILLISECONDS);
      }
    }

    private void show(ModelRow.Install install) {
      String line = "Pulled " + install.bytes();
      if (live && !line.equals(shown)) {
        client.out().print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
        client.out().flush();
        shown = line;
      }
    }

    /** What came of it, where there were bytes to pull. */
    private void tellAll(ModelRow.Install install) {
      if (!client.json() && install != null && install.totalBytes() > 0) {
        client.output().line("Pulled " + install.bytes());
      }
    }

    private void clear() {
      if (live && !shown.isEmpty()) {
        client.out().print("\r" + " ".repeat(shown.length()) + "\r");
        client.out().flush();
      }
    }
  }

  /** A model as the API tells it, in words for people. */
  private record ModelRow(
      String id,
      String name,
      String provider,
      String model,
      String backend,
      Long contextSize,
      boolean installed,
      String status,
      String node,
      Fit compatibility,
      List<String> usedBy,
      boolean orphaned,
      boolean manual,
      Install install) {
    static final List<String> HEADERS =
        List.of("Model", "Name", "Status", "Node", "Fit", "Used by");

    record Fit(String status, String message, String help) {}

    /** How far an installation is, or how it ended. */
    record Install(String status, String message, long pulledBytes, long totalBytes, String error) {
      boolean isUnderWay() {
        return "installing".equals(status);
      }

      /** Without an end: {@code 12.0 of 256.0 MB (4 %)}. */
      String bytes() {
        if (totalBytes <= 0) {
          return "%.1f MB".formatted(pulledBytes / 1e6);
        }
        long percent = 100 * pulledBytes / totalBytes;
        return "%.1f of %.1f MB (%d %%)".formatted(pulledBytes / 1e6, totalBytes / 1e6, percent);
      }
    }

    record All(List<ModelRow> models, boolean runnerAvailable, List<String> warnings) {}

    /** Whether it is being installed. */
    boolean isUnderWay() {
      return "installing".equals(status);
    }

    private String state() {
      if (installed) {
        return orphaned ? "installed, unused" : "installed";
      }
      return isUnderWay() && install != null && install.isUnderWay()
          ? "installing, " + install.bytes()
          : text(status);
    }

    List<String> row() {
      return List.of(
          text(id),
          text(name),
          state(),
          installed ? text(node) : "",
          compatibility == null ? "" : text(compatibility.status()),
          owners());
    }

    private String owners() {
      return String.join(", ", usedBy) + (manual ? usedBy.isEmpty() ? "by hand" : ", by hand" : "");
    }

    /** All that is known of it, a line each. */
    void print(Output output, boolean withFit) {
      output.field("Model", text(id));
      output.field("Name", text(name));
      output.field("Docker model", text(model));
      output.field("Provider", text(provider));
      output.field("Backend", text(backend));
      output.field("Status", row().get(2));
      if (contextSize != null) {
        output.field("Context", contextSize + " tokens");
      }
      if (!owners().isEmpty()) {
        output.field("Used by", owners());
      }
      if (install != null) {
        output.field("Install", install.error() == null ? install.status() : install.error());
      }
      if (withFit && compatibility != null) {
        output.field("Fit", compatibility.status() + ": " + text(compatibility.message()));
        if (compatibility.help() != null) {
          output.field("Help", compatibility.help());
        }
      }
    }

    /**
     * The catalog says with what a model runs; here nobody can say otherwise.
     *
     * @param otherBackend {@code auto} for that of the catalog
     * @param otherSize null for that of the catalog
     * @throws picocli.CommandLine.ParameterException when another one is wanted
     */
    void requireFit(ApiClient client, String otherBackend, Long otherSize) {
      if (!otherBackend.equals("auto") && !otherBackend.equals(backend)) {
        throw client.misuse(
            "--backend must be auto or %s: %s runs with no other here"
                .formatted(text(backend), id));
      }
      if (otherSize != null && !otherSize.equals(contextSize)) {
        throw client.misuse(
            "--context-size must be %s: the runner decides it when it loads %s"
                .formatted(contextSize == null ? "left out" : contextSize, id));
      }
    }

    private static String text(String reported) {
      return Objects.requireNonNullElse(reported, "");
    }
  }
}
