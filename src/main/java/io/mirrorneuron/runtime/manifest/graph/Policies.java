package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentPolicies;
import io.mirrorneuron.runtime.workflow.Backpressure;
import io.mirrorneuron.runtime.workflow.Constraint;
import io.mirrorneuron.runtime.workflow.Restarting;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The policies of a workflow, on which those of its agents stand.
 *
 * @param place where they are written
 */
record Policies(ManifestValue place, AgentPolicies ofWorkflow) {
  private static final Members MEMBERS =
      Members.closed("recovery_mode", "job_type", "scheduler_strategy", "restart", "reschedule")
          .with(null, "backpressure", "stream_mode", "constraints")
          .with(Shape.COUNT, "max_agent_restart_attempts")
          .with(Shape.STRING, "placement_policy", "deployment_key")
          .with(Shape.OBJECT, "scheduler", "update")
          .ignoring("spreads agents by scheduler_strategy only", "spread");
  private static final Members OF_AGENT =
      MEMBERS.ignoring("updates jobs as a whole", "update", "deployment_key");
  private static final Members SCHEDULER =
      Members.closed("job_type", "strategy", "constraints").with(Shape.NAME, "preferred_node");
  private static final Members BACKPRESSURE =
      Members.closed()
          .with(Shape.POSITIVE, "max_queue_depth")
          .with(Shape.COUNT, "high_watermark", "low_watermark")
          .with(Shape.MILLIS, "retry_after_ms")
          .ignoring("knows mailboxes only", "drop_policy", "max_concurrency", "queue_size");

  /** The given policies, else the defaults for the type of job; reports errors. */
  static Policies read(ManifestValue root, JobType jobType, RecoveryMode mode) {
    ManifestValue place = root.find("policies");
    Scheduling anywhere = Scheduling.ANY.and(ConstraintReader.of(root.find("constraints")));
    boolean restarts = mode != RecoveryMode.MANUAL_RECOVER;
    boolean moves = mode == RecoveryMode.CLUSTER_RECOVER;
    boolean lasting = jobType == JobType.SERVICE || jobType == JobType.SYSTEM;
    ManifestValue most = place.at("max_agent_restart_attempts");
    Integer attempts = !restarts || Shape.COUNT.fits(most.value()) ? most.value().asInt() : null;
    Restarting usual = RestartPolicies.usual(lasting, moves, attempts);
    Restarting whenMoving =
        mode == RecoveryMode.AUTO ? RestartPolicies.usual(lasting, true, attempts) : usual;
    UpdatePolicies.read(place.find("update"));
    return new Policies(
        place,
        read(
            place,
            MEMBERS,
            new AgentPolicies(
                usual.restart(), usual.reschedule(), Backpressure.DEFAULT, anywhere, whenMoving)));
  }

  /** The policies of one agent: its own, else the workflow's. */
  AgentPolicies of(ManifestValue node) {
    AgentPolicies own = read(node.at("policies"), OF_AGENT, ofWorkflow);
    Backpressure backpressure = backpressure(node.find("config.backpressure"), own.backpressure());
    List<Constraint> more =
        Stream.of(
                ConstraintReader.of(node.find("constraints")),
                ConstraintReader.of(node.find("config.constraints")),
                ConstraintReader.ofAttributes(node.find("placement_requirements")))
            .flatMap(List::stream)
            .toList();
    return new AgentPolicies(
        own.restart(),
        own.reschedule(),
        backpressure,
        own.scheduling().and(more),
        own.whenMoving());
  }

  /** Tells of restarts that an agent's own tries take the place of. */
  void warnUnused(ManifestValue node) {
    boolean ownTries = !node.find("config.max_attempts").isAbsent();
    ManifestValue own = node.find("policies.restart");
    ManifestValue written = own.isAbsent() ? place.at("restart") : own;
    if (ownTries && !written.isAbsent()) {
      node.warn(
          "%s has no effect on %s: its config.max_attempts says how often it is tried"
              .formatted(written.label(), node.label()));
    }
  }

  private static AgentPolicies read(ManifestValue place, Members members, AgentPolicies base) {
    place.checkMembers(members);
    place.checkWords(Set.of("fail", "delay"), "restart.mode");
    place.at("scheduler").checkMembers(SCHEDULER);
    Restarting here =
        RestartPolicies.read(place, new Restarting(base.restart(), base.reschedule()));
    return new AgentPolicies(
        here.restart(),
        here.reschedule(),
        backpressure(place.at("backpressure"), base.backpressure()),
        scheduling(place, base.scheduling()),
        RestartPolicies.read(place, base.whenMoving()));
  }

  private static Scheduling scheduling(ManifestValue place, Scheduling base) {
    place.checkWords(Set.of("binpack", "spread"), "scheduler_strategy", "scheduler.strategy");
    ManifestValue strategy = place.find("scheduler_strategy", "scheduler.strategy");
    ManifestValue preferred = place.find("scheduler.preferred_node");
    boolean isNamed = preferred.value().isTextual() && !preferred.text().isBlank();
    return new Scheduling(
            strategy.asWord(Strategy.class).orElse(base.strategy()),
            base.isChosen() || strategy.asWord(Strategy.class).isPresent(),
            isNamed ? preferred.text() : base.preferredNode(),
            base.constraints())
        .and(ConstraintReader.of(place.find("constraints")))
        .and(ConstraintReader.of(place.find("scheduler.constraints")));
  }

  /** A watermark that is not given is adjusted so that it does not contradict the given ones. */
  private static Backpressure backpressure(ManifestValue place, Backpressure base) {
    if (!place.check(Shape.OBJECT)) {
      return base;
    }
    place.checkMembers(BACKPRESSURE);
    int depth = Math.max(1, place.asInt("max_queue_depth", base.maxQueueDepth()));
    int high = place.asInt("high_watermark", Math.min(depth, base.highWatermark()));
    int low = place.asInt("low_watermark", Math.min(high, base.lowWatermark()));
    if (high > depth) {
      outOfOrder(place.at("high_watermark"), "max_queue_depth " + depth);
    } else if (low > high) {
      outOfOrder(place.at("low_watermark"), "high_watermark " + high);
    }
    return new Backpressure(depth, high, low, place.asInt("retry_after_ms", base.retryAfterMs()));
  }

  private static void outOfOrder(ManifestValue mark, String ceiling) {
    mark.error(
        ManifestProblem.CONFLICT,
        "%s must not be above %s: %s".formatted(mark.label(), ceiling, mark.shown()));
  }
}
