package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.machine.EffectRunner;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.store.DeploymentRoles;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.testing.InMemoryServiceRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Jobs as deployments know them, and what they do to them. A deed may come twice, or late: a job is
 * made once, its agents follow orders in their order, as real jobs do.
 */
final class DeploymentWorld implements EffectRunner<DeploymentInput, DeploymentEffect> {
  static final List<String> AGENTS = List.of("a", "b", "c", "d");

  /** A job. */
  static final class Job {
    final Map<String, String> versions = new TreeMap<>();
    long definition;
    boolean isAlive = true;
    long appliedAt;
  }

  final Map<String, Job> jobs = new LinkedHashMap<>();
  final List<String> history = new ArrayList<>();

  /** Versions that do not work. */
  final Set<String> sick = new LinkedHashSet<>();

  /** How often each version has broken, and come back by itself. */
  final Map<String, Long> breaks = new HashMap<>();

  /** Versions whose jobs end. */
  final Set<String> deadly = new LinkedHashSet<>();

  /** Jobs that cannot be made. */
  final Set<String> impossible = new LinkedHashSet<>();

  /** Where all jobs register the same service. */
  private final InMemoryServiceRegistry registry = new InMemoryServiceRegistry();

  /** The moments in which whoever asks for the service did not get one job. */
  final List<String> outages = new ArrayList<>();

  private final DeploymentRoles roles;
  private final Map<String, RuntimeEvent> reported = new LinkedHashMap<>();

  /** How long agents take to become others. */
  long slownessMs = 300;

  private final LongSupplier now;

  DeploymentWorld(LongSupplier now) {
    this(now, registry -> registry);
  }

  /**
   * @param roles of a store that may be wrong
   */
  DeploymentWorld(LongSupplier now, Function<InMemoryServiceRegistry, DeploymentRoles> roles) {
    this.now = now;
    this.roles = roles.apply(registry);
    registry.live("owner");
  }

  /** Types of what was told of a deployment, in its order. */
  List<String> reported(String deploymentId) {
    return reported.values().stream()
        .filter(event -> event.payload().get("deployment_id").equals(deploymentId))
        .map(RuntimeEvent::type)
        .toList();
  }

  /** The jobs that whoever asks for the service gets. */
  List<String> found() {
    return registry.named("web").toCompletableFuture().join().stream()
        .filter(
            reported -> reported.role() == null || reported.role().equals(DeploymentRoles.PRIMARY))
        .map(ServiceRegistry.RegisteredDocument::document)
        .toList();
  }

  @Override
  public CompletionStage<DeploymentInput> perform(String key, DeploymentEffect effect) {
    return CompletableFuture.completedFuture(performed(effect));
  }

  DeploymentInput performed(DeploymentEffect effect) {
    boolean isFirst = jobs.isEmpty();
    try {
      return does(effect);
    } finally {
      if (!isFirst && found().size() != 1) {
        outages.add("after %s: %s".formatted(effect, found()));
      }
    }
  }

  private DeploymentInput does(DeploymentEffect effect) {
    return switch (effect) {
      case DeploymentEffect.Launch launch -> launch(launch);
      case DeploymentEffect.Redefine order -> redefine(order);
      case DeploymentEffect.Look look -> look(look);
      case DeploymentEffect.Switch(int number, String old, String next) -> {
        if (old != null && roles.replace(old, next).toCompletableFuture().join()) {
          history.add("switch to " + next);
        }
        yield new DeploymentInput.Switched(number);
      }
      case DeploymentEffect.Tell(RuntimeEvent event) -> {
        reported.putIfAbsent(event.id(), event); // as the store of events knows them
        yield new DeploymentInput.EventDelivered(event.id());
      }
      case DeploymentEffect.End(
              int number,
              String job,
              boolean drains,
              long until,
              String reason) -> {
        if (jobs.get(job).isAlive) {
          history.add((drains ? "drain " : "stop ") + job);
        }
        jobs.get(job).isAlive = false;
        registry.end(job);
        yield new DeploymentInput.Ended(number, job);
      }
    };
  }

  private DeploymentInput launch(DeploymentEffect.Launch launch) {
    if (impossible.contains(launch.jobId())) {
      return new DeploymentInput.NotLaunched(launch.number(), "no node has port 80");
    }
    if (launch.by().role().equals(DeploymentRoles.CANDIDATE)) {
      roles.candidate(launch.jobId());
    }
    if (!jobs.containsKey(launch.jobId())) {
      Job job = new Job();
      AGENTS.forEach(agent -> job.versions.put(agent, launch.version().name()));
      job.appliedAt = now.getAsLong();
      jobs.put(launch.jobId(), job);
      history.add("launch %s as %s".formatted(launch.jobId(), launch.by().role()));
      registry.open(launch.jobId(), 1);
      registry.put(new Claim("owner", launch.jobId(), 1), "web", launch.jobId(), launch.jobId());
    }
    return new DeploymentInput.Launched(launch.number());
  }

  private DeploymentInput redefine(DeploymentEffect.Redefine order) {
    Job job = jobs.get(order.jobId());
    int number = order.number();
    long definition = order.definition();
    if (!job.isAlive) {
      return new DeploymentInput.NotOrdered(number, definition, -1, "its job has ended");
    }
    if (job.definition == definition) {
      return new DeploymentInput.Ordered(number, definition);
    }
    if (job.definition + 1 != definition) {
      return new DeploymentInput.NotOrdered(number, definition, job.definition, "it is late");
    }
    job.definition = definition;
    job.appliedAt = now.getAsLong() + slownessMs;
    order.agents().forEach(agent -> job.versions.put(agent, order.version().name()));
    history.add(
        "%s to %s as %s"
            .formatted(
                String.join(" ", order.agents()), order.version().name(), order.by().role()));
    return new DeploymentInput.Ordered(number, definition);
  }

  private DeploymentInput look(DeploymentEffect.Look look) {
    Job job = jobs.get(look.jobId());
    Set<String> versions = new LinkedHashSet<>();
    (look.agents().isEmpty() ? AGENTS : look.agents())
        .forEach(agent -> versions.add(job.versions.get(agent)));
    boolean applied = job.definition == look.definition() && job.appliedAt <= now.getAsLong();
    if (applied && versions.stream().anyMatch(deadly::contains)) {
      job.isAlive = false;
    }
    boolean healthy = applied && job.isAlive && versions.stream().noneMatch(sick::contains);
    long broken = versions.stream().mapToLong(version -> breaks.getOrDefault(version, 0L)).sum();
    return new DeploymentInput.Seen(
        look.number(),
        look.look(),
        applied,
        healthy,
        broken,
        !job.isAlive,
        healthy ? null : job.isAlive ? "agent a fails" : "its job has ended");
  }

  List<String> alive() {
    return jobs.entrySet().stream()
        .filter(job -> job.getValue().isAlive)
        .map(Map.Entry::getKey)
        .toList();
  }

  // ---- what people ask for

  static DeployedVersion version(int n) {
    return new DeployedVersion("" + n, null, "text-" + n, "files-" + n, 0, false, null);
  }

  static DeploymentInput.Deploy first() {
    return new DeploymentInput.Deploy(
        "web", null, version(1), plan(Mode.FIRST, UpdatePolicy.DEFAULT, null, 1, null, "job-1"));
  }

  static DeploymentInput.Deploy deploy(DeploymentPlan plan) {
    return new DeploymentInput.Deploy("web", null, version(Integer.parseInt(plan.to())), plan);
  }

  static DeploymentPlan plan(
      Mode mode, UpdatePolicy policy, String from, int to, String source, String target) {
    List<List<String>> batches =
        mode == Mode.AGENT_LEVEL
            ? policy.canary() > 0
                ? List.of(List.of("a"), List.of("b", "c"), List.of("d"))
                : List.of(List.of("a", "b"), List.of("c", "d"))
            : List.of();
    return new DeploymentPlan(
        mode,
        policy,
        from,
        from == null ? null : "text-" + from,
        "" + to,
        source,
        target,
        batches,
        "so",
        null);
  }
}
