package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The long form of a manifest, in which each value knows its place in the author's text.
 *
 * @param root equal to the author's when nothing in it is short
 * @param isReadable false when it has no list of steps where one must be, which was reported
 * @param stepsAtRoot whether its author wrote steps at the root
 * @param plainSteps the steps that get their parents' outputs as they are, and whose output is the
 *     printed text
 */
public record Shorthand(
    ManifestValue root, boolean isReadable, boolean stepsAtRoot, Set<String> plainSteps) {
  private static final String STEPS = "steps";
  private static final String WORKFLOW = "workflow";

  /** Name of a manifest that is refused because it has none; never shown. */
  private static final String UNNAMED = "unnamed";

  private static final List<String> OTHER_FORMS =
      List.of(WORKFLOW, "nodes", "flow", "graph_id", "workflow_id", "edges", "agents");

  /** Words with more typing errors are other words. */
  private static final int TYPOS = 2;

  /** Whether its steps stand at the root, which only the short form has. */
  public static boolean isUsedBy(JsonNode manifest) {
    if (OTHER_FORMS.subList(0, 3).stream().anyMatch(manifest::has)) {
      return false;
    }
    return manifest.has(STEPS)
        || OTHER_FORMS.stream().noneMatch(manifest::has) && hasAlmostSteps(manifest);
  }

  private static boolean hasAlmostSteps(JsonNode manifest) {
    Iterator<String> names = manifest.fieldNames();
    while (names.hasNext()) {
      if (NearestMatch.within(TYPOS, names.next(), List.of(STEPS)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Reports errors in the short form; readers of the long form report the rest. */
  public static Shorthand expand(ManifestValue root) {
    boolean atRoot = isUsedBy(root.value());
    boolean hasCommands = !atRoot && DerivedSteps.areIn(root.find("workflow.steps"));
    ManifestValue defaults = root.at("defaults");
    boolean hasDefaults = !defaults.value().isMissingNode();
    if (!atRoot && !hasCommands && !hasDefaults) {
      return new Shorthand(root, true, false, Set.of());
    }
    if (atRoot && !hasSteps(root)) {
      return new Shorthand(root, false, true, Set.of());
    }
    ObjectNode tree = Json.object().setAll((ObjectNode) root.value());
    Written written = new Written();
    Set<String> plain = Set.of();
    if (atRoot || hasCommands) {
      DerivedSteps steps = new DerivedSteps(root, defaults, tree, written);
      plain = atRoot ? atRoot(root, tree, written, steps) : steps.inWorkflow();
    }
    ManifestValue expanded = root.withValue(tree, written);
    if (hasDefaults) {
      new NodeDefaults(defaults).apply(expanded, tree, written);
    }
    return new Shorthand(expanded, true, atRoot, plain);
  }

  private static boolean hasSteps(ManifestValue root) {
    ManifestValue list = root.at(STEPS);
    if (list.value().isMissingNode()) {
      list.error(ManifestProblem.REQUIRED, "steps is required");
    } else if (list.value().isNull() || list.check(Shape.LIST) && list.value().isEmpty()) {
      list.error(ManifestProblem.REQUIRED, "steps must not be empty");
    }
    return !list.value().isEmpty() && list.value().isArray();
  }

  private static Set<String> atRoot(
      ManifestValue root, ObjectNode tree, Written written, DerivedSteps steps) {
    ManifestValue list = root.at(STEPS);
    ManifestValue id = root.find("id", "name");
    boolean isNamed = !id.isAbsent() && !(id.value().isTextual() && id.text().isBlank());
    if (id.isAbsent()) {
      root.at("name").error(ManifestProblem.REQUIRED, "name is required");
    }
    tree.remove(STEPS);
    ObjectNode workflow = tree.putObject(WORKFLOW);
    workflow.set("workflow_id", isNamed ? id.value() : TextNode.valueOf(UNNAMED));
    Written places = written.member(WORKFLOW).as(list);
    places.member("workflow_id").as(id);
    for (String part : List.of(STEPS, "edges")) {
      places.member(part).as(list);
    }
    if (!tree.hasNonNull("manifest_version")) {
      tree.put("manifest_version", "1.0");
    }
    ManifestValue name = root.find("name", "id");
    // an invalid name is reported as the id
    if (!tree.hasNonNull("job_name") && isNamed && name.value().isTextual()) {
      tree.set("job_name", name.value());
      written.member("job_name").as(name);
    }
    return steps.atRoot(workflow, places);
  }

  /**
   * {@code defaults}: members for the {@code config} of every executor that lacks them. Variables
   * of {@code environment} are merged one by one; an executor with uploads of its own gets none of
   * the uploads.
   */
  private static final class NodeDefaults {
    private static final String NODES = "nodes";
    private static final String CONFIG = "config";
    private static final String RESOURCES = "resources";
    private static final String ENVIRONMENT = "environment";
    private static final List<String> PROGRAMS = List.of("executor", "sandbox_worker");

    private final ManifestValue defaults;
    private boolean used;

    NodeDefaults(ManifestValue defaults) {
      this.defaults = defaults;
    }

    /** Adds them to the nodes of the tree. */
    void apply(ManifestValue root, ObjectNode tree, Written written) {
      if (!defaults.check(Shape.OBJECT)) {
        return;
      }
      give(root.at(NODES), tree, written);
      for (String part : List.of("agents", "workflow", "flow")) {
        ManifestValue place = root.at(part);
        if (place.at(NODES).value().isArray()) {
          ObjectNode own = Json.object().setAll((ObjectNode) place.value());
          tree.set(part, own);
          give(place.at(NODES), own, written.member(part));
        }
      }
      if (!used) {
        defaults.warn("defaults have no effect: no node is an executor");
      }
    }

    private void give(ManifestValue list, ObjectNode owner, Written written) {
      if (!list.value().isArray()) {
        return;
      }
      ArrayNode nodes = Json.MAPPER.createArrayNode();
      for (ManifestValue item : list.items()) {
        boolean isProgram = PROGRAMS.contains(item.find("agent_type", "agentType").asText());
        JsonNode config = item.at(CONFIG).value();
        if (isProgram && (item.at(CONFIG).isAbsent() || config.isObject())) {
          used = true;
          ObjectNode node = nodes.addObject().setAll((ObjectNode) item.value());
          Written place =
              written.member(NODES).member(Integer.toString(nodes.size() - 1)).member(CONFIG);
          boolean hasResources = !item.at(RESOURCES).isAbsent();
          node.set(CONFIG, merged(config, hasResources, place));
        } else {
          nodes.add(item.value());
        }
      }
      owner.set(NODES, nodes);
    }

    /**
     * @param hasResources whether the node asks for resources beside its config
     */
    private ObjectNode merged(JsonNode config, boolean hasResources, Written place) {
      ObjectNode merged = Json.object();
      boolean uploads = DerivedAgents.UPLOADS.stream().anyMatch(config::hasNonNull);
      for (Map.Entry<String, JsonNode> member : defaults.value().properties()) {
        String name = member.getKey();
        boolean isUpload = DerivedAgents.UPLOADS.contains(name) || name.equals("upload_as");
        boolean isBeside = name.equals(RESOURCES) && hasResources;
        if (!config.has(name) && !isBeside && !(isUpload && uploads)) {
          merged.set(name, member.getValue());
          place.member(name).as(defaults.at(name));
        }
      }
      config.properties().forEach(own -> merged.set(own.getKey(), own.getValue()));
      if (defaults.value().get(ENVIRONMENT) instanceof ObjectNode variables
          && config.get(ENVIRONMENT) instanceof ObjectNode own) {
        merged.set(ENVIRONMENT, Json.object().<ObjectNode>setAll(variables).setAll(own));
      }
      return merged;
    }
  }

  /**
   * Steps that name a command instead of an agent, and steps at the root, which follow the step
   * before them unless they say what they need.
   */
  private static final class DerivedSteps {
    private static final List<String> KEPT =
        List.of(
            "id",
            "label",
            "description",
            "control",
            "trigger_rule",
            "quorum",
            "min_success",
            "join",
            "human");
    private static final Members CONTROL = Members.open("failure_policy", "required", "retry");
    private static final Members STEP =
        Members.closed(KEPT.toArray(String[]::new))
            .with(null, "run")
            .with(Shape.NAME, "kind", "shell")
            .with(Shape.OBJECT, "config")
            .with(Shape.NAMES, "needs")
            .with(null, DerivedAgents.OF_PROGRAMS.toArray(String[]::new))
            .belongingTo("config", Nodes.CONFIG)
            .belongingTo("control", CONTROL)
            .meaning("config.environment", "env")
            .meaning("config.timeout_seconds", "timeout")
            .meaning("config.max_attempts", "retries", "attempts")
            .meaning("config.workdir", "cwd", "working_directory")
            .meaning("needs", "depends_on", "dependencies", "after", "requires")
            .meaning("run", "cmd", "command", "script", "exec")
            .meaning("id or label", "name");

    private final ManifestValue root;
    private final ObjectNode tree;
    private final Written written;
    private final DerivedAgents agents;
    private final Set<String> plain = new LinkedHashSet<>();

    /**
     * @param tree becomes the long form
     */
    DerivedSteps(ManifestValue root, ManifestValue defaults, ObjectNode tree, Written written) {
      this.root = root;
      this.tree = tree;
      this.written = written;
      this.agents = new DerivedAgents(root, defaults, tree, written);
    }

    static boolean areIn(ManifestValue steps) {
      return steps.items().stream().anyMatch(step -> ShortStep.of(step).isCommand());
    }

    /** Expands the steps in {@code workflow} that name a command; returns their ids. */
    Set<String> inWorkflow() {
      ManifestValue list = root.find("workflow.steps");
      ObjectNode workflow = Json.object().setAll((ObjectNode) root.at("workflow").value());
      tree.set("workflow", workflow);
      ArrayNode steps = workflow.putArray("steps");
      String first = null;
      for (ManifestValue step : list.items()) {
        ShortStep reported = ShortStep.of(step);
        String id = reported.id().text();
        first = first == null ? reported.worker() : first;
        if (id == null || !reported.isCommand()) {
          steps.add(step.value());
          continue;
        }
        ObjectNode longer = steps.addObject().setAll((ObjectNode) step.value());
        longer.remove("shell");
        longer.remove(DerivedAgents.OF_PROGRAMS);
        agents.derive(id, ShortStep.of(step.named(ManifestValue.shown(id))));
        longer.put("run", id);
        plain.add(id);
      }
      ManifestValue source = root.find("workflow.source", "workflow.entrypoint");
      agents.startWith(List.of(source.isAbsent() ? first : source.asText()));
      return plain;
    }

    /** Moves the steps at the root, with their edges, into the workflow; returns their ids. */
    Set<String> atRoot(ObjectNode workflow, Written places) {
      Map<String, ManifestValue> steps = named(root.at("steps"));
      ArrayNode longSteps = workflow.putArray("steps");
      ArrayNode edges = workflow.putArray("edges");
      Written edgePlaces = places.member("edges");
      NearNames near = new NearNames(steps.keySet());
      List<String> first = new ArrayList<>();
      String before = null;
      for (Map.Entry<String, ManifestValue> entry : steps.entrySet()) {
        String id = entry.getKey();
        ManifestValue step = entry.getValue();
        step.checkMembers(STEP);
        places.member("steps").member(Integer.toString(longSteps.size())).as(step);
        ObjectNode longer = longSteps.addObject();
        KEPT.stream()
            .filter(step.value()::has)
            .forEach(name -> longer.set(name, step.value().get(name)));
        ShortStep reported = ShortStep.of(step);
        if (reported.isQuestion()) {
          asks(id, reported, longer);
        } else {
          longer.put("run", work(id, reported));
        }
        List<ManifestValue> needs = needs(step, before, steps.keySet(), near);
        if (needs.isEmpty()) {
          first.add(longer.get("run").asText());
        }
        for (ManifestValue need : needs) {
          edgePlaces.member(Integer.toString(edges.size())).as(need);
          edges.addObject().put("from", need.asText()).put("to", id);
        }
        before = id;
      }
      if (first.isEmpty() && !steps.isEmpty()) { // a loop, which is reported elsewhere
        first.add(longSteps.get(0).get("run").asText());
      }
      agents.startWith(first);
      return Set.copyOf(steps.keySet());
    }

    /** By id, in order; an entry without id, or with a repeated one, is reported and left out. */
    private static Map<String, ManifestValue> named(ManifestValue list) {
      Map<String, ManifestValue> steps = new LinkedHashMap<>();
      for (ManifestValue item : list.items()) {
        if (!item.checkRequired(Shape.OBJECT)) {
          continue;
        }
        String id = NameRules.read(ShortStep.of(item).id(), "id is required for every step");
        if (id != null && steps.putIfAbsent(id, item.named(ManifestValue.shown(id))) != null) {
          item.error(ManifestProblem.DUPLICATE, "duplicate step id " + ManifestValue.shown(id));
        }
      }
      return steps;
    }

    /** A step that asks people stays as it is: its agent is made where it is read. */
    private static void asks(String id, ShortStep step, ObjectNode longer) {
      if (!step.human().checkRequired(Shape.OBJECT)) {
        longer.putObject("human").put("prompt", id); // nothing else is wrong with it
      }
      step.kind().checkWord(Set.of("human"));
      step.refuseDemands("asks people, and runs no program that could have it");
      if (step.isCommand() || !step.run().isAbsent()) {
        step.place()
            .error(
                ManifestProblem.CONFLICT,
                "step %s asks people and runs something: make two steps of it".formatted(id));
      }
      longer.put("kind", "human").put("run", id);
    }

    /** The agent that works for the step. */
    private String work(String id, ShortStep step) {
      ManifestValue run = step.run();
      boolean refers = run.value().isTextual() && step.shell().isAbsent();
      if (refers && agents.isDeclared(run.text())) {
        step.refuseDemands("is work of the agent %s: write it there".formatted(run.shown()));
        return run.text();
      }
      String near = refers ? agents.hint(run.text()) : "";
      if (!near.isEmpty()) {
        run.error(
            ManifestProblem.REFERENCE,
            "step %s runs %s, which is no agent%s".formatted(step.name(), run.shown(), near));
      } else if (refers) {
        run.error(
            ManifestProblem.SHAPE,
            "%s is no agent: write a command as a list, %s, or a line for a shell as shell"
                .formatted(run.label() + " " + run.shown(), DerivedAgents.asList(run.text())));
      }
      agents.derive(id, step);
      return id;
    }

    /** The named steps, else the step before it. */
    private static List<ManifestValue> needs(
        ManifestValue step, String before, Set<String> steps, NearNames near) {
      ManifestValue needs = ShortStep.of(step).needs();
      if (!needs.isAbsent() && Shape.NAMES.fits(needs.value())) {
        return needs.items().stream().filter(need -> isStep(step, need, steps, near)).toList();
      }
      return before == null
          ? List.of()
          : List.of(step.withValue(Json.MAPPER.getNodeFactory().textNode(before)));
    }

    private static boolean isStep(
        ManifestValue step, ManifestValue need, Set<String> steps, NearNames near) {
      if (steps.contains(need.text())) {
        return true;
      }
      need.error(
          ManifestProblem.REFERENCE,
          "step %s needs %s, which is no step%s"
              .formatted(step.name(), need.shown(), near.hint(need.text())));
      return false;
    }
  }
}
