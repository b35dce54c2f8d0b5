package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.port.models.BenchmarkOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mn model benchmark}. */
@Command(
    name = "benchmark",
    description = "Has a model answer, and says how fast it was.",
    footerHeading = "%nExample:%n",
    footer = "  mn model benchmark smollm2 --prompt 'What is a tide?' --max-tokens 64")
final class ModelBenchmarkCommand implements Callable<Integer> {
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
          client.print(answer, Measured.class, told -> print(client.output(), told));
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

  private static void print(Output output, Measured told) {
    output.field("Model", told.model());
    String estimated = told.estimated() ? " (estimated)" : "";
    output.field("Speed", "%.1f tokens/s%s".formatted(told.tokensPerSecond(), estimated));
    output.field(
        "First token",
        told.firstTokenMs() <= 0 ? "none" : "%.0f ms".formatted(told.firstTokenMs()));
    output.field("In all", "%.0f ms".formatted(told.elapsedMs()));
    output.field("Tokens", Long.toString(told.generatedTokens()));
    output.quoted("Answer", Objects.requireNonNullElse(told.sample(), ""));
  }
}
