package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.decide.ChangedAgents;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.SameGraph;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Chooses the mode and the batches of a deployment. Pure. */
public final class DeploymentPlanner {
  private DeploymentPlanner() {}

  /**
   * A manifest with its payload files.
   *
   * @param text without run-specific members
   * @param bundle fingerprint of the files, or null
   */
  public record Content(String text, Workflow workflow, String bundle) {}

  /**
   * What runs under a key.
   *
   * @param content what the job runs; a mix of versions when a deployment has failed midway
   * @param isActive whether its job has not ended
   */
  public record Present(String version, String jobId, Content content, boolean isActive) {}

  /**
   * @param present null when nothing runs yet
   * @param to name of the new version
   * @param newJob id of the job that is made, if any
   */
  public static DeploymentPlan plan(
      Present present, Content next, String to, String newJob, UpdatePolicy policy) {
    DeploymentPlan plan = way(present, next, to, newJob, policy);
    return plan.warned(RequiredChecks.warning(plan, next.workflow()));
  }

  private static DeploymentPlan way(
      Present present, Content next, String to, String newJob, UpdatePolicy policy) {
    if (present == null) {
      return new DeploymentPlan(
          Mode.FIRST,
          policy,
          null,
          null,
          to,
          null,
          newJob,
          null,
          "nothing runs under the key yet",
          null);
    }
    ManifestContent before = new ManifestContent(present.content().text());
    ManifestContent after = new ManifestContent(next.text());
    List<String> changed = changed(present.content(), next);
    List<List<String>> batches = batches(changed, policy);
    String obstacle =
        obstacle(present, next, before, after, batches.size() > 1 ? changed : List.of());
    Way way = way(next.workflow(), obstacle, changed, policy);
    boolean makesJob = way.mode() == Mode.RERUN || way.mode() == Mode.BLUE_GREEN;
    return new DeploymentPlan(
        way.mode(),
        policy,
        present.version(),
        before.fingerprint(),
        to,
        present.jobId(),
        makesJob ? newJob : null,
        way.mode() == Mode.AGENT_LEVEL ? batches : null,
        way.mode() == Mode.BLUE_GREEN && present.isActive()
            ? way.why() + SamePorts.reported(present.content().workflow(), next.workflow())
            : way.why(),
        null);
  }

  private record Way(Mode mode, String why) {}

  /**
   * @param obstacle why agents cannot change within their job, or null
   */
  private static Way way(
      Workflow next, String obstacle, List<String> changed, UpdatePolicy policy) {
    if (!isLasting(next)) {
      return new Way(
          Mode.RERUN, "it runs to its end, so that it is not updated but runs once more");
    }
    if (obstacle != null) {
      return new Way(Mode.BLUE_GREEN, obstacle);
    }
    if (changed.isEmpty()) {
      return new Way(Mode.NOOP, "no agent differs");
    }
    return policy.strategy() == UpdateStrategy.BLUE_GREEN
        ? new Way(Mode.BLUE_GREEN, "the strategy is blue-green")
        : new Way(Mode.AGENT_LEVEL, "agents %s differ".formatted(String.join(", ", changed)));
  }

  /** Whether its jobs run until they are ended. */
  public static boolean isLasting(Workflow workflow) {
    return workflow.jobType() == JobType.SERVICE || workflow.jobType() == JobType.SYSTEM;
  }

  /** Agents whose definition differs, or whose payload files may differ. */
  private static List<String> changed(Content before, Content after) {
    if (!before.workflow().agents().keySet().equals(after.workflow().agents().keySet())) {
      return List.of();
    }
    Set<String> changed =
        new LinkedHashSet<>(ChangedAgents.between(before.workflow(), after.workflow()));
    boolean hasOtherFiles = !Objects.equals(before.bundle(), after.bundle());
    return before.workflow().agents().values().stream()
        .filter(
            agent ->
                changed.contains(agent.id()) || hasOtherFiles && agent.type() == AgentType.EXECUTOR)
        .map(Workflow.Agent::id)
        .toList();
  }

  /** The canary alone first, then as many at a time as may change together. */
  private static List<List<String>> batches(List<String> changed, UpdatePolicy policy) {
    List<List<String>> batches = new ArrayList<>();
    int from = 0;
    if (policy.strategy() == UpdateStrategy.CANARY) {
      from = Math.min(changed.size(), Math.max(1, policy.canary()));
      batches.add(changed.subList(0, from));
    }
    for (; from < changed.size(); from += policy.maxParallel()) {
      batches.add(changed.subList(from, Math.min(changed.size(), from + policy.maxParallel())));
    }
    return batches;
  }

  /**
   * Why agents cannot change within their job, or null.
   *
   * @param blended agents that are to change one after the other
   */
  private static String obstacle(
      Present present,
      Content next,
      ManifestContent before,
      ManifestContent after,
      List<String> blended) {
    if (!present.isActive()) {
      return "job %s has ended".formatted(present.jobId());
    }
    List<String> differences = SameGraph.differences(present.content().workflow(), next.workflow());
    if (!differences.isEmpty()) {
      return "the graph is another: " + String.join("; ", differences);
    }
    ServiceDemands services = ServiceDemands.of(present.content().workflow());
    if (!services.equals(ServiceDemands.of(next.workflow()))) {
      return "the services are others";
    }
    if (!before.differsInAgentsOnly(after)) {
      return "more differs than agents";
    }
    return before.with(blended, after).isEmpty()
        ? "the manifest is written short, so that agents cannot change one after the other"
        : null;
  }

  /** Ports that both jobs request; a machine gives each port to one job only. */
  private static final class SamePorts {
    private SamePorts() {}

    /** Warning for people before the second job is made; empty for none. */
    static String reported(Workflow before, Workflow after) {
      Set<Integer> both = new TreeSet<>(requested(before, after));
      both.addAll(served(before, after));
      return both.isEmpty()
          ? ""
          : "; port %s is that of the running job, too, and no machine gives a port twice: where both are on one, the new job does not become healthy, and the old one goes on; have the runtime choose ports"
              .formatted(both.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    }

    private static List<Port> requests(Workflow workflow) {
      return workflow.agents().values().stream()
          .flatMap(agent -> agent.request().ports().stream())
          .filter(port -> port.number() != 0)
          .toList();
    }

    private static Set<Integer> requested(Workflow before, Workflow after) {
      List<Port> old = requests(before);
      return requests(after).stream()
          .filter(port -> old.stream().anyMatch(port::isSameNumber))
          .map(Port::number)
          .collect(Collectors.toSet());
    }

    /** Ports at which both offer a service. */
    private static Set<Integer> served(Workflow before, Workflow after) {
      List<ServiceDefinition> old = ServiceDemands.of(before).offered();
      return ServiceDemands.of(after).offered().stream()
          .filter(service -> service.origin().equals("internal") && service.portNumber() != 0)
          .filter(
              service ->
                  old.stream()
                      .anyMatch(
                          one ->
                              one.portNumber() == service.portNumber()
                                  && one.address().equals(service.address())))
          .map(ServiceDefinition::portNumber)
          .collect(Collectors.toSet());
    }
  }
}
