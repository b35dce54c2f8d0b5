package io.mirrorneuron.app;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.CatalogEntry;
import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeModels;
import io.mirrorneuron.models.FakeModelsOptions;
import io.mirrorneuron.models.ModelCatalog;
import io.mirrorneuron.server.ServerContext;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mn fake-models}. */
@Command(
    name = "fake-models",
    description = {
      "Starts a model runner without models, for demonstrations and work without a network.",
      "It answers as Docker Model Runner does and, under /v1, as any OpenAI-compatible endpoint."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  mn fake-models                              where mn up looks for a runner",
      "  mn fake-models --empty --rate 5             models are pulled at 5 MB a second",
      "  mn fake-models --fault chat=stall           see what a program does about that"
    })
final class FakeModelsCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1_000_000;

  @Spec CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address to bind; default ${DEFAULT-VALUE}.")
  String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "12434",
      description = "Port; 0: any; default ${DEFAULT-VALUE}, where Docker Model Runner is.")
  int port;

  @Option(
      names = "--model",
      paramLabel = "NAME[=MB]",
      description = "A model that it has, and its size; may be given several times.")
  List<String> models = List.of("ai/smollm2:360M-Q4_K_M=256", "ai/gemma4:E2B=3000");

  @Option(
      names = "--empty",
      description = "No model is installed yet; they can be pulled, as can others of the catalog.")
  boolean empty;

  @Option(
      names = "--first-token",
      paramLabel = "MS",
      defaultValue = "200",
      description = "Milliseconds to the first token; default ${DEFAULT-VALUE}.")
  long firstToken;

  @Option(
      names = "--token",
      paramLabel = "MS",
      defaultValue = "30",
      description = "Milliseconds to each further token; default ${DEFAULT-VALUE}.")
  long token;

  @Option(
      names = "--rate",
      paramLabel = "MB",
      defaultValue = "50",
      description = "Megabytes a second that are pulled; 0: at once; default ${DEFAULT-VALUE}.")
  long rate;

  @Option(
      names = "--fault",
      paramLabel = "DOOR=FAULT",
      description =
          "What goes wrong at list, pull or chat: slow, stall, cut, html, error, unauthorized,"
              + " split, huge or redirect.")
  Map<FakeFault.Door, FakeFault> faults = new LinkedHashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    FakeModels fake = open(options());
    faults.forEach(fake::behave);
    PrintWriter out = spec.commandLine().getOut();
    out.println("A fake model runner is up");
    out.println("  runner   " + fake.root());
    out.println("  OpenAI   " + fake.root() + "/v1");
    out.println("Ctrl-C stops it.");
    out.flush();
    new CountDownLatch(1).await();
    return 0;
  }

  /** What the catalog of models leads to; the more memory it needs, the larger. */
  private static Map<String, Long> others() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (CatalogEntry entry : ModelCatalog.delivered()) {
      Integer memory = entry.requirements().minGpuMemoryMb();
      sizes.put(entry.dockerModel(), (memory == null ? 100 : memory / 4) * MEGABYTE);
    }
    return sizes;
  }

  FakeModelsOptions options() {
    return new FakeModelsOptions(
        host,
        port,
        sizes(),
        !empty,
        others(),
        Duration.ofMillis(firstToken),
        Duration.ofMillis(token),
        rate * MEGABYTE);
  }

  private static FakeModels open(FakeModelsOptions options) {
    Vertx vertx = Vertx.vertx(ServerContext.vertxOptions());
    try {
      return FakeModels.start(vertx, options, Clock.systemUTC());
    } catch (Exception e) {
      throw MnException.unavailable(
          "%s:%d cannot be opened: %s; choose another with --port or --host"
              .formatted(options.host(), options.port(), e.getMessage()),
          e);
    }
  }

  private Map<String, Long> sizes() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (String model : models) {
      String[] parts = model.split("=", 2);
      if (!parts[0].matches("[A-Za-z0-9._/-]+(:[A-Za-z0-9._-]+)?")
          || parts.length == 2 && !parts[1].matches("[1-9][0-9]{0,6}")) {
        throw new ParameterException(
            spec.commandLine(), "--model must be a name such as ai/smollm2, or NAME=MB");
      }
      sizes.put(parts[0], (parts.length == 2 ? Long.parseLong(parts[1]) : 100) * MEGABYTE);
    }
    return sizes;
  }
}
