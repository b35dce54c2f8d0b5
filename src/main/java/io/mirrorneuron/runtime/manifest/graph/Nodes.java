package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.PromptText;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings.AgentPolicies;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

public final class Nodes {
  public static final int MAX_NODES = 50_000;

  /** For all nodes together; a machine has a few tens of thousands for all jobs. */
  private static final int MAX_PORTS = 1000;

  /** The members of an executor's {@code config}. */
  public static final Members CONFIG = ExecutorConfig.MEMBERS;

  private static final Map<String, AgentType> TYPES =
      Map.of(
          "router", AgentType.ROUTER,
          "relay", AgentType.ROUTER,
          "executor", AgentType.EXECUTOR,
          "sandbox_worker", AgentType.EXECUTOR,
          "aggregator", AgentType.AGGREGATOR,
          "collector", AgentType.AGGREGATOR,
          "sensor", AgentType.SENSOR,
          "human", AgentType.HUMAN);
  private static final Set<String> TEMPLATES =
      Set.of("generic", "stream", "map", "reduce", "batch");
  private static final Map<AgentType, Set<String>> TEMPLATES_OF =
      Map.of(
          AgentType.ROUTER, Set.of("generic", "map"),
          AgentType.EXECUTOR, TEMPLATES,
          AgentType.AGGREGATOR, Set.of("generic", "reduce"),
          AgentType.SENSOR, Set.of("generic"),
          AgentType.HUMAN, Set.of("generic"));

  private static final Members MEMBERS =
      Members.closed("node_id", "id", "agent_type", "agentType", "type", "kind", "uses", "with")
          .with(null, "alias")
          .with(null, UnsafeMarkers.ALL)
          .with(Shape.STRING, "role")
          .with(Shape.OBJECT, "config", "resources", "placement_requirements", "policies")
          .with(Shape.OBJECT, "retry_policy", "checkpoint_policy", "spawn_policy")
          .with(Shape.LIST, "tool_bindings")
          .with(null, "services", "requires_services", "requiresServices")
          .with(null, "constraints")
          .ignoring("reads policies instead", "retry_policy", "checkpoint_policy", "spawn_policy")
          .belongingTo("config", ExecutorConfig.MEMBERS);

  /**
   * A node whose edges are not known yet.
   *
   * @param type null when it was refused
   * @param human its question to people; null of other types
   */
  public record Node(
      String id,
      ManifestValue place,
      AgentType type,
      String template,
      ObjectNode config,
      HumanTask human,
      AgentPolicies policies) {
    /** The place of the config. */
    public ManifestValue configPlace() {
      return place.at("config");
    }

    String role() {
      return place.at("role").text();
    }

    boolean flag(String member) {
      return config.path(member).asBoolean();
    }

    public boolean isUnsafe() {
      return UnsafeMarkers.is(config) || UnsafeMarkers.is(place.value());
    }

    public Agent withEdges(List<Edge> outgoing) {
      ObjectNode resources = resources();
      return new Agent(
          id,
          type,
          template,
          role(),
          config,
          AgentConfig.read(config, human),
          isUnsafe(),
          policies,
          resources,
          RequestReader.of(resources),
          outgoing);
    }

    private ObjectNode resources() {
      JsonNode given = NodeResources.of(place).value();
      return given instanceof ObjectNode object ? object : Json.object();
    }
  }

  private final DefaultRunner defaultRunner;

  public Nodes(DefaultRunner defaultRunner) {
    this.defaultRunner = defaultRunner;
  }

  /**
   * The usable nodes by id, in order.
   *
   * @param home place for nodes, for the error when there are none
   */
  public Map<String, Node> read(ManifestValue home, List<ManifestValue> places, Policies policies) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    if (places.isEmpty() && (home.isAbsent() || home.value().isArray() && home.value().isEmpty())) {
      home.error(ManifestProblem.REQUIRED, home.label() + " must not be empty");
    }
    for (ManifestValue place : places) {
      Node node = place.checkRequired(Shape.OBJECT) ? node(place, policies) : null;
      if (node != null && nodes.putIfAbsent(node.id, node) != null) {
        place.error(ManifestProblem.DUPLICATE, "duplicate node_id " + ManifestValue.shown(node.id));
      }
    }
    checkPorts(home, places);
    return nodes;
  }

  private static void checkPorts(ManifestValue home, List<ManifestValue> places) {
    long ports =
        places.stream()
            .mapToLong(
                node -> node.find("resources.ports", "config.resources.ports").value().size())
            .sum();
    if (ports > MAX_PORTS) {
      home.refuse(
          ManifestProblem.LIMIT,
          "%s ask for %d ports together; at most %d are allowed"
              .formatted(home.label(), ports, MAX_PORTS));
    }
  }

  private Node node(ManifestValue unnamed, Policies policies) {
    String id = NameRules.read(unnamed.find("node_id", "id"), "node_id is required for every node");
    if (id == null) {
      return null;
    }
    ManifestValue place = unnamed.named(ManifestValue.shown(id));
    place.checkMembers(MEMBERS);
    ServiceChecks.offered(place.find("services"));
    place.all("requires_services", "requiresServices").forEach(ServiceChecks::waitedFor);
    ResourceChecks.resources(place);

    ManifestValue config = place.at("config");
    AgentType type = type(place, id);
    String template = template(place, id, type);
    if (type == AgentType.EXECUTOR) {
      new ExecutorConfig(defaultRunner).check(place);
    } else if (type != AgentType.HUMAN) {
      config.checkMembers(AgentConfig.MEMBERS);
    }
    HumanTask human = type == AgentType.HUMAN ? HumanConfig.read(config) : null;
    policies.warnUnused(place);
    return new Node(id, place, type, template, config(config, id), human, policies.of(place));
  }

  private static AgentType type(ManifestValue place, String id) {
    ManifestValue type = place.find("agent_type", "agentType");
    String shownId = ManifestValue.shown(id);
    if (type.isAbsent()) {
      type.error(ManifestProblem.REQUIRED, "agent_type is required for node " + shownId);
      return null;
    }
    if ("module".equals(type.text())) {
      type.error(
          ManifestProblem.AGENT_TYPE,
          "unsupported_agent_type: module agents need the BEAM runtime (node " + shownId + ")");
      return null;
    }
    AgentType known = TYPES.get(type.asText());
    if (known == null) {
      type.error(
          ManifestProblem.UNSUPPORTED,
          "unsupported agent_type %s for node %s%s"
              .formatted(type.shown(), shownId, new NearNames(TYPES.keySet()).hint(type.asText())));
    }
    return known;
  }

  private static String template(ManifestValue node, String id, AgentType agentType) {
    ManifestValue place = node.find("type", "kind", "config.node_type");
    String given = place.value().asText("generic");
    String template = given.equals("accumulator") ? "reduce" : given;
    if (!TEMPLATES.contains(template)) {
      place.error(
          ManifestProblem.UNSUPPORTED,
          "unsupported template type %s for node %s"
              .formatted(place.shown(), ManifestValue.shown(id)));
    } else if (agentType != null && !TEMPLATES_OF.get(agentType).contains(template)) {
      place.error(
          ManifestProblem.CONFLICT,
          "template type %s is not supported for agent_type %s on node %s"
              .formatted(
                  template, agentType.name().toLowerCase(Locale.ROOT), ManifestValue.shown(id)));
    }
    return template;
  }

  /** The author's config; the old word for {@code complete_run} is read as the new one. */
  private static ObjectNode config(ManifestValue place, String id) {
    if (!(place.value() instanceof ObjectNode config)) {
      return Json.object();
    }
    boolean legacy =
        place.asBoolean("complete_job", false) || place.asBoolean("complete_job?", false);
    if (!legacy) {
      return config;
    }
    place.warn(
        "legacy_completion: node %s says complete_job; write complete_run"
            .formatted(ManifestValue.shown(id)));
    // A copy, because the source of the workflow shows what the author wrote.
    ObjectNode modern = Json.object();
    modern.setAll(config);
    return modern.put("complete_run", true);
  }

  /** The id of a node; a node without id gets a unique key. */
  public static String key(ManifestValue node) {
    ManifestValue id = node.find("node_id", "id");
    return id.value().isTextual() ? id.text() : node.location().pointer();
  }

  /** Reads the question of a human step or agent and reports errors in it. */
  private static final class HumanConfig {
    private static final Set<String> WORDS = Set.of("complete", "fail");

    /** Members of the question in the terms of {@code human.jsonl}. */
    private static final List<String> ASKED =
        List.of(
            "title",
            "form",
            "default",
            "approvals_required",
            "four_eyes",
            "assignees",
            "escalate_to");

    private static final Members MEMBERS =
        Members.closed("default", "metadata")
            .with(Shape.NAME, "prompt", "title")
            .with(Shape.OBJECT, "form", "decisions")
            .with(Shape.NAMES, "assignees", "escalate_to")
            .with(Shape.POSITIVE, "approvals_required")
            .with(Shape.BOOLEAN, "four_eyes", "complete_run", "terminal_sink")
            .with(null, "timeout_seconds")
            .with(Shape.NAME, "output_message_type");

    private final ManifestValue place;

    private HumanConfig(ManifestValue place) {
      this.place = place;
    }

    /**
     * @param place the node's {@code config}, or the step's {@code human}
     */
    static HumanTask read(ManifestValue place) {
      return new HumanConfig(place).read();
    }

    private ManifestValue at(String member) {
      return place.at(member);
    }

    private HumanTask read() {
      if (!place.checkRequired(Shape.OBJECT)) {
        return null;
      }
      place.checkMembers(MEMBERS);
      at("prompt").checkRequired(Shape.NAME);
      Map<String, Follow> decisions = decisions();
      ObjectNode question = Json.object();
      ASKED.stream()
          .filter(name -> !at(name).isAbsent())
          .forEach(name -> question.set(name, stripped(name)));
      ArrayNode allowed = question.putArray("allowed_decisions");
      decisions.keySet().forEach(allowed::add);
      double seconds = at("timeout_seconds").value().asDouble(0);
      new HumanChecks(place, decisions).check(question);
      return new HumanTask(
          question, PromptText.compile(at("prompt")), Math.round(seconds * 1000), decisions);
    }

    /**
     * The value; names of people without blanks around them, as the names of answering people have
     * none.
     */
    private JsonNode stripped(String name) {
      JsonNode value = at(name).value();
      boolean areNames = HumanChecks.PEOPLE.contains(name) && Shape.NAMES.fits(value);
      if (!areNames) {
        return value;
      }
      ArrayNode names = Json.MAPPER.createArrayNode();
      value.forEach(one -> names.add(one.textValue().strip()));
      return names;
    }

    private Map<String, Follow> decisions() {
      ManifestValue given = at("decisions");
      Map<String, Follow> decisions = new LinkedHashMap<>();
      if (given.isAbsent()) {
        decisions.put("approve", new Follow.Complete());
        decisions.put("reject", new Follow.Fail());
        return decisions;
      }
      if (given.value().isObject() && given.value().isEmpty()) {
        given.error(ManifestProblem.REQUIRED, given.label() + " must name a decision");
      }
      given
          .value()
          .properties()
          .forEach(one -> decisions.put(one.getKey(), follow(given.at(one.getKey()))));
      decisions.keySet().forEach(one -> checkWord(given, one));
      return decisions;
    }

    /** Two such decisions could not be typed or distinguished by people. */
    private static void checkWord(ManifestValue decisions, String word) {
      if (word.isBlank()
          || !word.equals(word.strip())
          || word.codePoints().anyMatch(Character::isISOControl)) {
        decisions.refuse(
            ManifestProblem.SHAPE,
            "%s has the decision \"%s\": the name of a decision is not empty, and has no control characters and no space around it"
                .formatted(decisions.label(), ManifestValue.shown(word)));
      }
    }

    private static Follow follow(ManifestValue given) {
      JsonNode value = given.value();
      if ("complete".equals(value.textValue())) {
        return new Follow.Complete();
      }
      if ("fail".equals(value.textValue())) {
        return new Follow.Fail();
      }
      JsonNode named = value.path("branch");
      List<String> steps =
          Stream.concat(Stream.of(named), Json.elements(named))
              .filter(JsonNode::isTextual)
              .map(JsonNode::textValue)
              .toList();
      boolean areTexts = !steps.isEmpty() && (named.isTextual() || steps.size() == named.size());
      if (value.size() == 1 && areTexts) {
        return new Follow.Branch(steps);
      }
      String meant =
          value.isTextual()
              ? NearestMatch.of(value.textValue(), WORDS)
                  .map("; did you mean %s?"::formatted)
                  .orElse("")
              : "";
      given.error(
          ManifestProblem.UNSUPPORTED,
          "%s must be complete, fail or {\"branch\": step or list of steps}: %s%s"
              .formatted(given.label(), given.shown(), meant));
      return new Follow.Complete();
    }
  }

  /** Checks an executor's program before it runs. */
  private static final class ExecutorConfig {
    static final Members MEMBERS =
        AgentConfig.MEMBERS
            .with(null, "command", "runner_module", "upload_path", "upload_as", "upload_paths")
            .with(null, "uploads", "resources", "backpressure", "node_type")
            .with(null, "idempotency_key", "recovery_idempotency_key")
            .with(null, UnsafeMarkers.ALL)
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
      } else if (runner.check(Shape.NAME)
          && !runner.text().equals("MirrorNeuron.Runner.HostLocal")) {
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
      } else if (value.isArray()
          && command.items().stream().anyMatch(ExecutorConfig::lacksQuotes)) {
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
}
