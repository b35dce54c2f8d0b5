package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The agents of steps that name a command: an executor each, of the step's name, that starts in a
 * copy of the payload files. It sends no messages, as the ledger starts the following steps.
 */
final class DerivedAgents {
  static final List<String> UPLOADS = List.of("upload_paths", "uploads", "upload_path");

  /** Resource members that a step may have for its agent, as nodes do. */
  static final List<String> DEMANDS =
      List.of(
          "resources",
          "constraints",
          "placement_requirements",
          "services",
          "requires_services",
          "requiresServices");

  /** Required form of the output of a step's program, in the config of its agent. */
  static final String OUTPUT = "output";

  /** Members without meaning for steps without a program of their own. */
  static final List<String> OF_PROGRAMS =
      Stream.concat(DEMANDS.stream(), Stream.of(OUTPUT)).toList();

  private static final String JSON_OUTPUT = "json";

  private static final List<String> SHELL = List.of("bash", "-eo", "pipefail", "-c");

  /** In the long forms other programs keep members of their own under these names. */
  private static final Members OTHER_WORDS =
      Members.open()
          .meaning("environment", "env")
          .meaning("timeout_seconds", "timeout")
          .meaning("max_attempts", "retries", "attempts");

  private final ObjectNode tree;
  private final Written written;
  private final Set<String> declared = new LinkedHashSet<>();
  private final NearNames near = new NearNames(declared);
  private final boolean defaultsUpload;
  private ObjectNode agents;
  private ArrayNode nodes;

  DerivedAgents(ManifestValue root, ManifestValue defaults, ObjectNode tree, Written written) {
    this.tree = tree;
    this.written = written.member("agents");
    root.all("agents.nodes", "nodes").stream()
        .flatMap(list -> list.items().stream())
        .map(Nodes::key)
        .forEach(declared::add);
    this.defaultsUpload = UPLOADS.stream().anyMatch(defaults.value()::hasNonNull);
  }

  boolean isDeclared(String agent) {
    return declared.contains(agent);
  }

  /** The end of a sentence about an unknown agent. */
  String hint(String agent) {
    return near.hint(agent);
  }

  void derive(String id, ShortStep step) {
    Written place =
        written.member("nodes").member(Integer.toString(nodes().size())).as(step.place());
    ObjectNode node = nodes().addObject().put("node_id", id).put("agent_type", "executor");
    for (String name : DEMANDS) {
      ManifestValue demand = step.place().at(name);
      if (!demand.isAbsent()) {
        node.set(name, demand.value());
        place.member(name).as(demand);
      }
    }
    ManifestValue own = step.config();
    own.checkMembers(OTHER_WORDS);
    ObjectNode config = Json.object();
    if (own.value() instanceof ObjectNode given) {
      config.setAll(given);
    }
    node.set("config", config);
    Written configPlace = place.member("config").as(own);
    ManifestValue command = command(step);
    configPlace.member("command").as(command);
    config.set("command", command.value());
    config.putNull("output_message_type");
    ManifestValue output = step.place().at(OUTPUT);
    if (JSON_OUTPUT.equals(output.text())) {
      config.put(OUTPUT, JSON_OUTPUT);
      configPlace.member(OUTPUT).as(output);
    } else if (!output.isAbsent()) {
      output.shouldBe(JSON_OUTPUT);
    }
    if (!defaultsUpload && UPLOADS.stream().noneMatch(config::hasNonNull)) {
      config.putArray("upload_paths").addObject().put("source", ".").put("target", ".");
    }
  }

  private static ManifestValue command(ShortStep step) {
    ManifestValue run = step.run();
    ManifestValue shell = step.shell();
    if (!run.isAbsent() && !shell.isAbsent()) {
      run.error(
          ManifestProblem.CONFLICT,
          "step %s has both run and shell: keep one of them".formatted(step.name()));
    } else if (run.isAbsent() && shell.isAbsent()
        || run.value().isArray() && run.value().isEmpty()) {
      step.place()
          .error(
              ManifestProblem.REQUIRED,
              "step %s says nothing to do: add run with a command, as [python3, %s.py]"
                  .formatted(step.name(), step.name()));
      return run.withValue(Json.MAPPER.createArrayNode().add("true"));
    }
    if (!run.isAbsent() && !run.value().isArray() && !run.value().isTextual()) {
      run.check(Shape.NAMES);
      return run.withValue(Json.MAPPER.createArrayNode().add("true"));
    }
    return run.isAbsent() ? inShell(shell) : run;
  }

  /** Without the profiles of a login shell; the first command that fails ends it. */
  private static ManifestValue inShell(ManifestValue lines) {
    if (!lines.value().isTextual()) {
      return lines; // an error, where the command is read
    }
    ArrayNode words = Json.MAPPER.createArrayNode();
    SHELL.forEach(words::add);
    return lines.withValue(words.add(lines.value()));
  }

  /** The first messages go to these agents, unless the author names receivers. */
  void startWith(List<String> first) {
    nodes();
    boolean said =
        agents.hasNonNull("entrypoints") || tree.hasNonNull("entrypoints") || hasRootRole();
    if (!said && !first.isEmpty()) {
      first.forEach(agents.putArray("entrypoints")::add);
    }
  }

  private boolean hasRootRole() {
    for (JsonNode node : nodes) {
      if (node.path("role").asText().startsWith("root")) {
        return true;
      }
    }
    return false;
  }

  private ArrayNode nodes() {
    if (nodes == null) {
      agents = Json.object();
      if (tree.get("agents") instanceof ObjectNode given) {
        agents.setAll(given);
      }
      tree.set("agents", agents);
      ArrayNode own = Json.MAPPER.createArrayNode();
      if (agents.get("nodes") instanceof ArrayNode given) {
        own.addAll(given);
      }
      nodes = own;
      agents.set("nodes", nodes);
    }
    return nodes;
  }

  /** A line as the list that was probably meant: {@code [python3, fetch.py]}. */
  static String asList(String line) {
    return "[" + String.join(", ", line.strip().split("\\s+")) + "]";
  }
}
