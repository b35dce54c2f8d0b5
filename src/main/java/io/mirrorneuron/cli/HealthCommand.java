package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mn runtime health}. */
@Command(
    name = "health",
    description = "Asks the runtime and the API whether they serve.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:everything serves, perhaps with a warning", "1:something does not"},
    footerHeading = "%nExamples:%n",
    footer = {"  mn runtime health", "  mn runtime health --json | jq -r .overall"})
public final class HealthCommand implements Callable<Integer> {
  private static final List<String> HEADERS = List.of("Component", "Status", "Target", "Detail");
  private static final double SHORTEST = 0.1;

  @Mixin Client client;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "3.0",
      description = "Of each question; default ${DEFAULT-VALUE}, at least 0.1.")
  double timeout;

  @Override
  public Integer call() throws InterruptedException {
    Duration patience = Duration.ofMillis((long) (Math.max(SHORTEST, timeout) * 1000));
    Config config = client.config(patience);
    return client.call(
        config,
        mn -> {
          ObjectNode report = new HealthCheck(config, patience, Clock.systemUTC()).report(mn);
          if (client.json) {
            client.output().json(report);
          } else {
            print(report);
          }
          return report.path("overall").asText().equals("critical") ? ExitCode.FAILED : ExitCode.OK;
        });
  }

  private void print(ObjectNode report) {
    Output output = client.output();
    String overall = report.path("overall").asText();
    output.line("Runtime health: " + output.paint().status(overall, overall));
    output.table(
        HEADERS, Json.elements(report.path("components")).map(HealthCommand::row).toList());
  }

  private static List<String> row(JsonNode component) {
    JsonNode detail = component.path("detail");
    return List.of(
        component.path("name").asText(),
        component.path("status").asText(),
        component.path("target").asText(),
        component.hasNonNull("error")
            ? component.path("error").asText()
            : detail.isTextual() ? detail.asText() : Json.write(detail));
  }
}
