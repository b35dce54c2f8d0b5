package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.wire.LenientJson;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
          HealthReport report = new HealthCheck(config, patience, Clock.systemUTC()).report(mn);
          if (client.json()) {
            client.output().json(report);
          } else {
            print(report);
          }
          return report.overall().equals(HealthReport.CRITICAL) ? ExitCode.FAILED : ExitCode.OK;
        });
  }

  private void print(HealthReport report) {
    Output output = client.output();
    String overall = report.overall();
    output.line("Runtime health: " + output.paint().status(overall, overall));
    output.sentences(HEADERS, report.components().stream().map(HealthCommand::row).toList());
  }

  private static List<String> row(HealthReport.Component component) {
    return Stream.of(
            component.name(),
            component.status(),
            component.target(),
            component.error() == null ? words(component.detail()) : component.error())
        .map(text -> Objects.toString(text, ""))
        .toList();
  }

  /** What people want to know of a document that a component answers with. */
  private record HealthBody(
      String version, String warning, String note, String status, String env, String auth) {}

  private static String words(JsonNode detail) {
    if (detail == null || detail.isTextual()) {
      return detail == null ? "" : detail.asText();
    }
    HealthBody reported = LenientJson.read(detail, HealthBody.class);
    return reported.warning() != null
        ? reported.warning()
        : Stream.of(
                reported.version(),
                reported.note(),
                reported.status(),
                reported.env() == null ? null : "environment " + reported.env(),
                reported.auth() == null ? null : "authentication " + reported.auth())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
  }

  /**
   * Whether the parts of a server serve. The server's own report, {@code /runtime/status}, has this
   * form too, and says more.
   *
   * @param overall the worst status of the components
   * @param checkedAt ISO-8601
   */
  record HealthReport(String overall, String checkedAt, List<Component> components) {
    static final String PASSING = "passing";
    static final String WARNING = "warning";
    static final String CRITICAL = "critical";

    HealthReport {
      components = components == null ? List.of() : List.copyOf(components);
    }

    static HealthReport of(String checkedAt, List<Component> components) {
      List<String> states = components.stream().map(Component::status).toList();
      String overall =
          states.contains(CRITICAL) ? CRITICAL : states.contains(WARNING) ? WARNING : PASSING;
      return new HealthReport(overall, checkedAt, components);
    }

    /**
     * @param target who was asked
     * @param durationMs null when nobody was asked
     * @param detail what a good answer says: a text or a document of whoever was asked
     * @param error null after a good answer
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Component(
        String name,
        String status,
        String target,
        Number durationMs,
        JsonNode detail,
        String error) {
      boolean isPassing() {
        return PASSING.equals(status);
      }
    }
  }
}
