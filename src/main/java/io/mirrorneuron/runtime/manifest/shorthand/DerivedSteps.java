package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Steps that name a command instead of an agent, and steps at the root, which wait for the one
 * before them unless they say what they need.
 */
final class DerivedSteps {
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

  /** Whether one of the steps names a command. */
  static boolean areIn(ManifestValue steps) {
    return steps.items().stream().anyMatch(step -> ShortStep.of(step).isCommand());
  }

  /** Rewrites those in {@code workflow} that name a command; answers their ids. */
  Set<String> inWorkflow() {
    ManifestValue list = root.find("workflow.steps");
    ObjectNode workflow = Json.object().setAll((ObjectNode) root.at("workflow").value());
    tree.set("workflow", workflow);
    ArrayNode steps = workflow.putArray("steps");
    String first = null;
    for (ManifestValue step : list.items()) {
      ShortStep told = ShortStep.of(step);
      String id = told.id().text();
      first = first == null ? told.worker() : first;
      if (id == null || !told.isCommand()) {
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

  /** Writes those at the root, and what connects them, into the workflow; answers their ids. */
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
      ShortStep told = ShortStep.of(step);
      if (told.isQuestion()) {
        asks(id, told, longer);
      } else {
        longer.put("run", work(id, told));
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
    if (first.isEmpty() && !steps.isEmpty()) { // they need each other, which is told elsewhere
      first.add(longSteps.get(0).get("run").asText());
    }
    agents.startWith(first);
    return Set.copyOf(steps.keySet());
  }

  /** By id, in order; an entry without one, or with that of another, is reported and left out. */
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

  /** A step that asks people stays as it is: the agent of its name is made where it is read. */
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

  /** Those it names, else the one before it. */
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
