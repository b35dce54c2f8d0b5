package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats deployments for people. */
final class ShownDeployments {
  static final String ID = "Of the deployment, or its key for the newest one.";
  static final String WAIT = "Wait until it is over or awaits its promotion.";
  private static final List<String> DEPLOYMENTS =
      List.of("Key", "Deployment", "Status", "Version", "Stable", "Job", "Changed");
  private static final List<String> VERSIONS =
      List.of("Version", "Submitted", "Stable", "Tag", "Job");
  private static final List<String> EVENTS = List.of("Time", "Event", "Details");

  private ShownDeployments() {}

  /** What a command has led to, as clients of the original look for it. */
  static void result(Client client, Result result) {
    Output output = client.output();
    output.field("Deployment", result.deploymentId());
    output.field("Key", result.deploymentKey());
    output.field("Status", status(client, result.deployment()));
    output.field("Version", text(result.version().version()));
    output.field("Job", text(result.jobId()));
    why(output, result.deployment());
  }

  private static void why(Output output, DeploymentView one) {
    output.field("Why", Output.printable(text(one.description())));
    if (one.warnings() != null) {
      one.warnings().forEach(warning -> output.field("Warning", Output.printable(warning)));
    }
    if (one.failure() != null) {
      output.field("Failure", Output.printable(one.failure()));
    } else if (one.status().equals("awaiting_promotion")) {
      output.field("Next", "mn deployment promote " + one.deploymentKey());
    }
  }

  /** One line for what has just changed. */
  static void line(Client client, DeploymentView one) {
    client.output().line("Deployment " + one.deploymentId() + ": " + status(client, one));
  }

  private static String status(Client client, DeploymentView one) {
    return client.screen().paint().status(one.status(), one.status());
  }

  /** How far it is, in a few words. */
  static String progress(DeploymentView one) {
    String agents =
        one.changedAgentIds() == null
            ? text(one.description())
            : "agents %s of %d"
                .formatted(
                    String.join(", ", one.changedAgentIds()),
                    one.changedAgentIds().size() + one.remainingAgentIds().size());
    String reason = one.health() == null ? null : one.health().reason();
    return Output.printable(reason == null ? agents : agents + "; " + reason);
  }

  static void table(Client client, List<DeploymentView> all) {
    Output output = client.output();
    output.table(
        DEPLOYMENTS,
        all.stream()
            .map(
                one ->
                    Stream.of(
                            one.deploymentKey(),
                            one.deploymentId(),
                            one.status(),
                            one.currentVersion(),
                            one.stableVersion(),
                            one.currentJobId(),
                            output.moment(one.updatedAt()))
                        .map(ShownDeployments::text)
                        .toList())
            .toList());
  }

  private static String text(String reported) {
    return Objects.toString(reported, "");
  }

  static void full(Client client, DeploymentView one) {
    Output output = client.output();
    output.field("Deployment", one.deploymentId());
    output.field("Key", one.deploymentKey());
    output.field("Status", status(client, one));
    why(output, one);
    output.field("Strategy", one.strategy());
    output.field("Target", "version " + one.targetVersion());
    output.field("Current", one.currentVersion() == null ? "" : "version " + one.currentVersion());
    output.field("Stable", one.stableVersion() == null ? "" : "version " + one.stableVersion());
    output.field("Job", text(one.jobId()));
    if (one.changedAgentIds() != null) {
      output.field("Changed", String.join(", ", one.changedAgentIds()));
      output.field("Remaining", String.join(", ", one.remainingAgentIds()));
    }
    if (one.health() != null && one.health().reason() != null) {
      output.field("Health", Output.printable(one.health().reason()));
    }
    output.line("");
    output.sentences(EVENTS, one.events().stream().map(event -> event(output, event)).toList());
    if (one.versions() != null) {
      output.line("");
      versions(client, one.versions().reversed());
    }
  }

  private static List<String> event(Output output, Map<String, Object> event) {
    Map<String, Object> rest = new LinkedHashMap<>(event);
    String at = output.moment(Objects.toString(rest.remove("timestamp"), ""));
    String type = Objects.toString(rest.remove("type"), "");
    String details =
        rest.entrySet().stream()
            .map(member -> member.getKey() + " " + member.getValue())
            .collect(Collectors.joining(", "));
    return List.of(at, type, Output.printable(details));
  }

  static void versions(Client client, List<VersionView> all) {
    Output output = client.output();
    output.table(
        VERSIONS,
        all.stream()
            .map(
                one ->
                    List.of(
                        one.version(),
                        output.moment(one.submittedAt()),
                        one.stable() ? "yes" : "",
                        text(one.tag()),
                        text(one.jobId())))
            .toList());
  }
}
