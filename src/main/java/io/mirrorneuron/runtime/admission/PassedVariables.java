package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.ServerVariables;
import io.mirrorneuron.runtime.manifest.graph.ProgramPlace;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Variables of this server's environment that programs get by {@code pass_env}.
 *
 * @param variables of the server
 */
public record PassedVariables(ServerVariables variables) {
  private static final String CODE = "manifest.variable_missing";

  static PassedVariables of(Map<String, String> environment) {
    return new PassedVariables(new ServerVariables(environment));
  }

  /** Warnings about variables missing here; other nodes may have them. */
  Stream<Issue> missing(ProgramPlace program) {
    ManifestValue own = program.config().find("environment");
    return program.config().find("pass_env").items().stream()
        .filter(name -> !own.value().has(name.asText())) // a default value
        .filter(name -> !program.isReported(name.asText()))
        .flatMap(name -> look(name).stream());
  }

  private Optional<Issue> look(ManifestValue name) {
    String label = name.label();
    String shown = ManifestValue.shown(name.asText());
    if (ServerVariables.isSecret(name.asText())) {
      return Optional.of(
          Issue.warning(
              CODE,
              "%s: %s may be a secret of the server's own, which no program gets"
                  .formatted(label, shown),
              "Take it out; give the program what it needs under another name.",
              name.location()));
    }
    return variables.passed(name.asText()) != null
        ? Optional.empty()
        : Optional.of(
            Issue.warning(
                CODE,
                "%s: this node has no variable %s to pass on".formatted(label, shown),
                "Start the servers that run the job with it, or take it out.",
                name.location()));
  }
}
