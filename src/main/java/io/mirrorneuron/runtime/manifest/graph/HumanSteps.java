package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.graph.StepReader.DeclaredStep;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask;
import io.mirrorneuron.runtime.workflow.AgentSettings.HumanTask.Follow;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Steps that ask people: those of kind human, whose question is in {@code human} and which need no
 * agent, and those that run an agent of type human.
 */
public final class HumanSteps {
  private static final int MOST_NAMED = 10;

  /** The suffix of an instance's id. */
  private static final Pattern INSTANCE = Pattern.compile("\\[\\d+]$");

  private HumanSteps() {}

  /** The agents for steps of kind human, each with the id of its step. */
  public static List<ManifestValue> nodes(ManifestValue root) {
    return ProblemGraph.find(root).steps().items().stream()
        .filter(step -> asked(step).value().isObject())
        .map(HumanSteps::node)
        .toList();
  }

  /** The question of the step, or nothing. */
  private static ManifestValue asked(ManifestValue step) {
    return step.at("human");
  }

  private static ManifestValue node(ManifestValue step) {
    ObjectNode node = Json.object();
    ManifestValue id = DeclaredStep.of(step).id();
    node.set("node_id", id.value());
    node.put("agent_type", "human").set("config", asked(step).value());
    Written written = new Written();
    written.member("node_id").as(id);
    written.member("agent_type").as(step.at("kind"));
    written.member("config").as(asked(step));
    return step.withValue(node, written);
  }

  /**
   * Id of the first step of the list if it is of kind human, so that it may begin the workflow;
   * else null.
   */
  public static String first(ManifestValue root) {
    return ProblemGraph.find(root).steps().items().stream()
        .limit(1)
        .filter(step -> asked(step).value().isObject())
        .map(step -> DeclaredStep.of(step).id().text())
        .findFirst()
        .orElse(null);
  }

  /** Reports contradictions in the step. */
  static void check(DeclaredStep step) {
    ManifestValue place = step.place();
    ManifestValue human = asked(place);
    if (human.isAbsent()) {
      return;
    }
    ManifestValue kind = place.at("kind");
    if (!"human".equals(kind.text())) {
      kind.error(
          ManifestProblem.CONFLICT,
          "step %s has human, so its kind must be human".formatted(place.name()));
    }
    if (!step.run().isAbsent() && !step.run().asText().equals(step.id().asText())) {
      step.run()
          .error(
              ManifestProblem.CONFLICT,
              "step %s asks people and cannot run %s; keep human or run"
                  .formatted(place.name(), step.run().shown()));
    }
  }

  /** The question of the step's agents, or null. */
  static HumanTask task(List<String> agentIds, Map<String, Node> nodes) {
    return agentIds.stream()
        .map(nodes::get)
        .filter(node -> node.type() == AgentType.HUMAN)
        .map(Node::human)
        .findFirst()
        .orElse(null);
  }

  /** Reports branches to steps that are no children. */
  static void checkBranches(ManifestValue step, HumanTask task, List<StepEdge> outgoing) {
    List<String> children = outgoing.stream().map(StepEdge::to).toList();
    task.decisions()
        .forEach(
            (decision, follow) -> {
              if (follow instanceof Follow.Branch branch) {
                branch.steps().stream()
                    .filter(one -> !children.contains(one))
                    .forEach(one -> unknown(step, decision, one, children));
              }
            });
  }

  /** Warns of values in the prompt that can never exist, as no step before this one has them. */
  static void checkPrompt(ManifestValue step, HumanTask task, List<StepEdge> incoming) {
    List<String> before = incoming.stream().map(StepEdge::from).distinct().toList();
    ManifestValue prompt = asked(step).at("prompt");
    for (String name : task.prompt().parents()) {
      boolean isThere = before.contains(INSTANCE.matcher(name).replaceFirst(""));
      if (!isThere) {
        ManifestValue place = prompt.isAbsent() ? step : prompt;
        place.warn(
            "%s shows inputs.%s, which is never there: %s%s"
                .formatted(
                    place.label(),
                    ManifestValue.shown(name),
                    before.isEmpty()
                        ? "no step is before it"
                        : "the steps right before it are "
                            + before.stream().limit(MOST_NAMED).collect(Collectors.joining(", ")),
                    new NearNames(before).hint(name)));
      }
    }
  }

  private static void unknown(
      ManifestValue step, String decision, String branch, List<String> children) {
    String near = NearestMatch.of(branch, children).map("; did you mean %s?"::formatted).orElse("");
    step.error(
        ManifestProblem.REFERENCE,
        "decision %s of step %s branches to %s, to which no edge leads; %s%s"
            .formatted(
                ManifestValue.shown(decision),
                step.name(),
                ManifestValue.shown(branch),
                children.isEmpty()
                    ? "no step follows it"
                    : "these follow: " + String.join(", ", children),
                near));
  }

  /** Warns of control members without effect where no program runs. */
  static void warnUnused(DeclaredStep step) {
    for (String member :
        List.of(
            "timeout_seconds", "retry", "max_attempts", "retry_backoff_ms", "beacon_timeout_ms")) {
      ManifestValue said = step.control().at(member);
      if (!said.isAbsent()) {
        said.warn(
            said.label()
                + " has no effect on a human step; how long people have is timeout_seconds of what it asks");
      }
    }
  }
}
