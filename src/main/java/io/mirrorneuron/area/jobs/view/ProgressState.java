package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.AgentFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How far a job is at one moment: what the runtime says of it and, where it says nothing, what
 * events have told. The digest of the events is not changed.
 */
final class ProgressState {
  private final Plan plan;
  private final EventDigest events;
  private final JobRecord record;
  private final Map<String, ShownStep> steps = new LinkedHashMap<>();
  private final Map<String, AgentFacts> agents = new LinkedHashMap<>();
  private final String status;

  ProgressState(Plan plan, EventDigest events, JobRecord record) {
    this.plan = plan;
    this.events = events;
    this.record = record;
    this.status = status(events.job().status(), record.status());
    record.agentFacts().forEach(agent -> agents.put(agent.agentId(), agent));
    events.steps().forEach(step -> steps.put(step.plan.id(), step.copy()));
    switch (plan.truth()) {
      case LEDGER -> LedgerSteps.show(record.ledger(), steps);
      case AGENTS -> new AgentSteps(agents, plan.isLasting()).showOn(steps.values());
      case EVENTS -> {
        // nobody knows better
      }
    }
    if (isFinal()) {
      steps.values().forEach(step -> step.close(StepStatus.atEnd(status), endedAt()));
    } else if (status.equals("paused") || status.equals("pausing")) {
      StepStatus how = status.equals("paused") ? StepStatus.PAUSED : StepStatus.PAUSING;
      steps.values().forEach(step -> step.hold(how));
    }
  }

  /** A document may have been read before the event that ended the job. */
  private static String status(String told, String recorded) {
    boolean later = JobRecord.isFinal(told) && !JobRecord.isFinal(recorded);
    return later || recorded.equals("unknown") ? told : recorded;
  }

  String status() {
    return status;
  }

  boolean isFinal() {
    return JobRecord.isFinal(status);
  }

  List<ShownStep> steps() {
    return List.copyOf(steps.values());
  }

  /** What the runtime says of its agents, in the order of the manifest. */
  Collection<AgentFacts> agents() {
    return agents.values();
  }

  /** What the runtime says of an agent. */
  AgentFacts agent(String id) {
    return agents.getOrDefault(id, AgentFacts.NONE);
  }

  long submittedAt() {
    return record.submittedAt() == 0 ? events.firstAt() : record.submittedAt();
  }

  /** 0 while the job goes on. */
  long endedAt() {
    if (!isFinal()) {
      return 0;
    }
    return record.endedAt() == 0 ? events.job().endedAt() : record.endedAt();
  }

  /** Null for all but failed jobs: what went wrong on the way is told at its step. */
  ObjectNode failure() {
    ObjectNode recorded = record.failure();
    return !status.equals("failed") ? null : recorded == null ? events.job().failure() : recorded;
  }

  String traceId() {
    String known = record.traceId(List.of());
    return known == null ? events.traceId() : known;
  }

  /** The steps that are at work or waiting, else the one that began last; at least one. */
  List<String> current() {
    String began = events.job().currentStep();
    if (isFinal()) {
      return List.of(began == null ? steps().getLast().plan.id() : began);
    }
    List<String> found = those(step -> step.status == StepStatus.RUNNING);
    if (found.isEmpty()) {
      found = those(step -> step.status.isWaiting());
    }
    if (found.isEmpty() && plan.isLasting()) {
      found =
          steps.values().stream()
              .filter(step -> step.own.status == StepStatus.IDLE)
              .max(Comparator.comparingLong(step -> step.own.lastEventAt))
              .map(step -> List.of(step.plan.id()))
              .orElse(List.of());
    }
    return found.isEmpty()
        ? List.of(began == null ? steps.keySet().iterator().next() : began)
        : found;
  }

  private List<String> those(Predicate<WorkState> wanted) {
    List<String> found = new ArrayList<>();
    for (List<String> layer : plan.layers()) {
      layer.stream()
          .map(steps::get)
          .filter(step -> wanted.test(step.own))
          .sorted(Comparator.comparingLong(step -> step.own.lastEventAt))
          .forEach(step -> found.add(step.plan.id()));
    }
    return found;
  }
}
