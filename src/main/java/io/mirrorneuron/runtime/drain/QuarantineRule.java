package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.node.NodeMaintenance.Quarantine;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.port.node.NodeState.NodeFault.Kind;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides which node to quarantine because of its faults, and which to release. Pure. Faults of
 * most nodes are not blamed on a single one; half of the nodes, and at least one, always work.
 *
 * @param lifetime a node that is unreachable for longer is known to be dead
 */
record QuarantineRule(QuarantineLimits limits, Lifetime lifetime) {
  /** A single job may fail for reasons of its own. */
  private static final int JOBS = 2;

  /** After this time without quarantine the next one counts as the first. */
  private static final Duration QUIET = Duration.ofHours(1);

  /** Maximum length, as a multiple of the first. */
  private static final int LONGEST = 8;

  /**
   * The decision about a node.
   *
   * @param begins null when its quarantine ends
   */
  record Verdict(String node, Quarantine begins) {
    /** The new state; the stored one if it has changed since it was seen. */
    NodeState on(NodeState stored, NodeState seen, String at) {
      if (stored.status() != seen.status()
          || stored.schedulingEligible() != seen.schedulingEligible()) {
        return stored;
      }
      return begins == null
          ? stored.with(stored.health().released(at)).with(NodeCondition.HEALTHY, true, null)
          : stored
              .with(stored.health().with(begins))
              .with(NodeCondition.QUARANTINED, false, begins.reason());
    }
  }

  /**
   * The next decision; store it, then call again.
   *
   * @param states of nodes with a record
   * @param living names of nodes
   */
  Optional<Verdict> next(Map<String, NodeState> states, Set<String> living, Instant now) {
    List<NodeState> all =
        living.stream()
            .sorted()
            .map(node -> states.getOrDefault(node, NodeState.of(node)))
            .toList();
    return released(all, now).or(() -> caught(all, now));
  }

  private Optional<Verdict> released(List<NodeState> living, Instant now) {
    List<NodeState> kept = living.stream().filter(QuarantineRule::isKept).toList();
    boolean isNobodyLeft = living.stream().noneMatch(NodeState::schedulingEligible);
    Stream<NodeState> due =
        isNobodyLeft
            ? kept.stream().sorted(Comparator.comparingInt(one -> recent(one, now).size())).limit(1)
            : kept.stream().filter(one -> isOver(one, now));
    return due.findFirst().map(one -> new Verdict(one.node(), null));
  }

  private static boolean isKept(NodeState node) {
    return node.status() == NodeCondition.QUARANTINED && node.health().quarantine() != null;
  }

  private boolean isOver(NodeState node, Instant now) {
    String until = node.health().quarantine().untilAt();
    return until != null && !now.isBefore(Instant.parse(until)) && recent(node, now).isEmpty();
  }

  private Optional<Verdict> caught(List<NodeState> living, Instant now) {
    long working = living.stream().filter(NodeState::schedulingEligible).count();
    long kept = living.stream().filter(QuarantineRule::isKept).count();
    List<NodeState> suspects =
        living.stream()
            .filter(NodeState::schedulingEligible)
            .filter(one -> trouble(one, now).isPresent())
            .toList();
    boolean isShared = suspects.size() * 2 > living.size();
    boolean isFull = (kept + 1) * 2 > living.size() || working < 2;
    return isShared || isFull
        ? Optional.empty()
        : suspects.stream().findFirst().map(one -> new Verdict(one.node(), begun(one, now)));
  }

  private Quarantine begun(NodeState node, Instant now) {
    Quarantine last = node.health().quarantine();
    boolean isAgain =
        last != null
            && last.endedAt() != null
            && now.isBefore(Instant.parse(last.endedAt()).plus(QUIET));
    int times = isAgain ? last.times() + 1 : 1;
    Duration lasts = limits.lasts().multipliedBy(Math.min(LONGEST, 1L << Math.min(8, times - 1)));
    return new Quarantine(
        Json.timestamp(now),
        trouble(node, now).orElseThrow(),
        times,
        lasts.isZero() ? null : Json.timestamp(now.plus(lasts)),
        null);
  }

  private List<NodeFault> recent(NodeState node, Instant now) {
    Instant since = now.minus(limits.window());
    return node.health().faults().stream()
        .filter(fault -> Instant.parse(fault.at()).isAfter(since))
        .toList();
  }

  /** The faults of a node, for people; empty for none. */
  Optional<String> trouble(NodeState node, Instant now) {
    List<NodeFault> recent = recent(node, now);
    List<NodeFault> notBegun = of(recent, Kind.NOT_BEGUN);
    long jobs = notBegun.stream().map(NodeFault::about).distinct().count();
    List<NodeFault> unreached = of(recent, Kind.UNREACHED);
    List<NodeFault> returned = of(recent, Kind.RETURNED);
    if (jobs >= JOBS && isMany(notBegun, limits.faults())) {
      return reported("%d programs of %d jobs could not begin", notBegun, jobs);
    }
    if (isMany(unreached, limits.faults()) && isLong(unreached)) {
      return reported("other nodes did not reach it %d times", unreached, 0);
    }
    return isMany(returned, limits.returns())
        ? reported("it was gone and came back %d times", returned, 0)
        : Optional.empty();
  }

  private static List<NodeFault> of(List<NodeFault> faults, Kind kind) {
    return faults.stream().filter(fault -> fault.kind() == kind).toList();
  }

  private static boolean isMany(List<NodeFault> faults, int limit) {
    return limit > 0 && faults.size() >= limit;
  }

  /** A dead node is also unreachable, until it is known to be dead. */
  private boolean isLong(List<NodeFault> faults) {
    Instant first = Instant.parse(faults.getFirst().at());
    return first.plusMillis(2 * lifetime.ms()).isBefore(Instant.parse(faults.getLast().at()));
  }

  private Optional<String> reported(String what, List<NodeFault> faults, long jobs) {
    return Optional.of(
        what.formatted(faults.size(), jobs)
            + " within %d s; the last: %s"
                .formatted(limits.window().toSeconds(), faults.getLast().reason()));
  }
}
