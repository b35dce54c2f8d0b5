package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.Map;

/** What can be known about an executor's program before it runs. */
final class ExecutorConfig {
  static final Members MEMBERS =
      AgentConfig.MEMBERS
          .with(null, "command", "runner_module", "upload_path", "upload_as", "upload_paths")
          .with(null, "uploads", "resources", "backpressure", "node_type")
          .with(null, "idempotency_key", "recovery_idempotency_key")
          .with(null, UnsafeWords.ALL)
          .with(Shape.BOOLEAN, "agent_beacon_required", "beacon_enabled")
          .with(Shape.MILLIS, "beacon_interval_ms", "beacon_timeout_ms")
          .with(Shape.MILLIS, "retry_backoff_ms", "startup_delay_ms")
          .with(Shape.STRING, "beacon_missed_action", "name_prefix")
          .with(Shape.STRING, "sandbox_upload_path", "workdir")
          .with(Shape.OBJECT, "environment", "python_environment")
          .with(Shape.POSITIVE, "max_attempts", "max_output_bytes", "pool_slots")
          .with(Shape.INTEGERS, "no_retry_exit_codes")
          .with(Shape.NAMES, "pass_env")
          .with(Shape.NAME, "pool")
          .with(Shape.SECONDS, "timeout_seconds");
  private static final Members PYTHON = Members.closed("requirements", "packages");
  private static final Members UPLOAD = Members.closed("source", "target");

  private final DefaultRunner defaultRunner;

  ExecutorConfig(DefaultRunner defaultRunner) {
    this.defaultRunner = defaultRunner;
  }

  void check(ManifestValue node) {
    ManifestValue config = node.at("config");
    checkRunner(node, config.at("runner_module"));
    config.checkMembers(MEMBERS);
    checkCommand(node, config.at("command"));
    checkEnvironment(config.at("environment"));
    ReservedVariables.check(node, config);
    checkUploads(config);
    checkPython(config.at("python_environment"));
  }

  private static void checkPython(ManifestValue environment) {
    environment.checkMembers(PYTHON);
    ManifestValue requirements = environment.at("requirements");
    if (requirements.check(Shape.STRING) && !PayloadPaths.staysInside(requirements.text())) {
      requirements.error(
          ManifestProblem.UNSAFE_PATH,
          "requirements must stay inside blueprint payloads: " + requirements.shown());
    }
    ManifestValue packages = environment.at("packages");
    if (packages.check(Shape.NAMES)) {
      for (ManifestValue item : packages.items()) {
        if (item.text().strip().startsWith("-")) {
          item.mustBe("a package, not an option of pip");
        }
      }
    }
  }

  private void checkRunner(ManifestValue node, ManifestValue runner) {
    if (runner.isAbsent()) {
      if (defaultRunner == DefaultRunner.REJECT) {
        runner.error(
            ManifestProblem.RUNNER,
            "runner_unavailable: node %s names no runner_module and this server has no default: write defaults: {runner_module: MirrorNeuron.Runner.HostLocal} at the root of the manifest, for all its nodes"
                .formatted(node.name()));
      }
    } else if (runner.check(Shape.NAME) && !runner.text().equals("MirrorNeuron.Runner.HostLocal")) {
      runner.error(
          ManifestProblem.RUNNER,
          "runner_unavailable: node %s asks for %s, this server has MirrorNeuron.Runner.HostLocal"
              .formatted(node.name(), runner.shown()));
    }
  }

  private static void checkCommand(ManifestValue node, ManifestValue command) {
    JsonNode value = command.value();
    if (!command.isAbsent() && !value.isTextual() && !value.isArray()) {
      command.mustBe("a list of strings or a string");
    } else if (command.isAbsent() || value.isArray() && value.isEmpty() || isBlank(value)) {
      ManifestValue template = node.at("uses");
      command.error(
          ManifestProblem.REQUIRED,
          !template.isAbsent()
              ? "node %s uses the agent template %s, which must be rendered before submission"
                  .formatted(node.name(), template.shown())
              : "command is required for executor node " + node.name());
    } else if (value.isArray() && command.items().stream().anyMatch(ExecutorConfig::lacksQuotes)) {
      command.items().stream()
          .filter(ExecutorConfig::lacksQuotes)
          .limit(1)
          .forEach(
              word ->
                  word.error(
                      ManifestProblem.SHAPE,
                      "%s must be a list of strings: write %s in quotes, \"%2$s\""
                          .formatted(command.label(), word.shown())));
    } else if (value.isArray() && (!Shape.STRINGS.fits(value) || isBlank(value.get(0)))) {
      command.mustBe("a list of strings that starts with a program");
    } else if (value.isArray()
        ? Json.elements(value).anyMatch(ExecutorConfig::holdsNul)
        : holdsNul(value)) {
      command.error(ManifestProblem.SHAPE, command.label() + " must not hold NUL characters");
    }
  }

  private static boolean lacksQuotes(ManifestValue word) {
    return word.value().isNumber() || word.value().isBoolean();
  }

  private static boolean isBlank(JsonNode value) {
    return value.isTextual() && value.textValue().isBlank();
  }

  private static boolean holdsNul(JsonNode value) {
    return value.isTextual() && value.textValue().indexOf('\0') >= 0;
  }

  private static void checkEnvironment(ManifestValue environment) {
    for (Map.Entry<String, JsonNode> variable : environment.value().properties()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        environment.error(
            ManifestProblem.SHAPE,
            environment.label()
                + " has a variable without a proper name: "
                + ManifestValue.shown(name));
      } else if (holdsNul(variable.getValue())) {
        environment.error(
            ManifestProblem.SHAPE,
            environment.label()
                + "."
                + ManifestValue.shown(name)
                + " must not hold NUL characters");
      }
    }
  }

  private static void checkUploads(ManifestValue config) {
    config.all("upload_paths", "uploads").stream()
        .flatMap(ManifestValue::objects)
        .forEach(
            upload -> {
              upload.checkMembers(UPLOAD);
              ManifestValue source = upload.at("source");
              if (source.checkRequired(Shape.NAME)) {
                checkUpload(source, upload.at("target"));
              }
            });
    ManifestValue source = config.at("upload_path");
    if (source.check(Shape.NAME)) {
      checkUpload(source, config.at("upload_as"));
    }
  }

  private static void checkUpload(ManifestValue source, ManifestValue target) {
    if (!PayloadPaths.staysInside(source.text())) {
      source.error(
          ManifestProblem.UNSAFE_PATH,
          "upload source must stay inside blueprint payloads: " + source.shown());
    }
    if (target.check(Shape.STRING) && !PayloadPaths.staysInside(target.text())) {
      target.error(
          ManifestProblem.UNSAFE_PATH,
          "upload target must stay inside the workspace: " + target.shown());
    }
  }
}
