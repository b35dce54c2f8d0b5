package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.AgentFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The progress of a job at one moment: from the runtime, else from the digest of its events. Does
 * not change the digest.
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
        // no other source is left
      }
    }
    if (isFinal()) {
      steps.values().forEach(step -> step.close(StepStatus.atEnd(status), endedAt()));
    } else if (status.equals("paused") || status.equals("pausing")) {
      StepStatus how = status.equals("paused") ? StepStatus.PAUSED : StepStatus.PAUSING;
      steps.values().forEach(step -> step.hold(how));
    }
  }

  /** The document may be older than the event that ended the job. */
  private static String status(String reported, String recorded) {
    boolean later = JobRecord.isFinal(reported) && !JobRecord.isFinal(recorded);
    return later || recorded.equals("unknown") ? reported : recorded;
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

  /** The runtime's data of its agents, in the order of the manifest. */
  Collection<AgentFacts> agents() {
    return agents.values();
  }

  /** {@link AgentFacts#NONE} when the runtime does not know it. */
  AgentFacts agent(String id) {
    return agents.getOrDefault(id, AgentFacts.NONE);
  }

  long submittedAt() {
    return record.submittedAt() == 0 ? events.firstAt() : record.submittedAt();
  }

  /** 0 while the job runs. */
  long endedAt() {
    if (!isFinal()) {
      return 0;
    }
    return record.endedAt() == 0 ? events.job().endedAt() : record.endedAt();
  }

  /** Null unless the job failed: earlier errors are shown at their steps. */
  ObjectNode failure() {
    ObjectNode recorded = record.failure();
    return !status.equals("failed") ? null : recorded == null ? events.job().failure() : recorded;
  }

  String traceId() {
    String known = record.traceId(List.of());
    return known == null ? events.traceId() : known;
  }

  /** The running or waiting steps, else the step that began last; at least one. */
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

  /**
   * Sets steps that are one agent each, of a job without a ledger: the runtime's data overrides the
   * events.
   */
  private static final class AgentSteps {
    private final Map<String, AgentFacts> agents;
    private final boolean lasting;

    /**
     * @param agents as the runtime reports them, by id
     * @param lasting whether the job is a service, whose agents become idle instead of ending
     */
    AgentSteps(Map<String, AgentFacts> agents, boolean lasting) {
      this.agents = agents;
      this.lasting = lasting;
    }

    void showOn(Collection<ShownStep> steps) {
      for (ShownStep step : steps) {
        step.workers().forEach(worker -> show(agents.get(worker.id), worker, step.plan.id()));
        step.followWorkers();
      }
    }

    private void show(AgentFacts agent, WorkState worker, String stepId) {
      StepStatus now =
          agent == null ? null : StepStatus.ofAgent(Texts.or(agent.status(), ""), lasting);
      long endedAt = worker.endedAt == 0 ? worker.lastEventAt : worker.endedAt;
      if (now == StepStatus.RUNNING) {
        worker.start(worker.lastEventAt);
      } else if (now == StepStatus.FAILED) {
        worker.fail(now, failure(agent, worker, stepId), endedAt);
      } else if (now != null) {
        worker.end(now, endedAt);
      }
    }

    private static ObjectNode failure(AgentFacts agent, WorkState worker, String stepId) {
      return worker.failure != null
          ? worker.failure
          : Errors.of(
              agent.lastError(),
              new Errors.Origin("runtime.failure", worker.lastEventAt, 0, stepId, worker.id));
    }
  }

  /** Sets the steps of a job from its ledger. */
  private static final class LedgerSteps {
    private LedgerSteps() {}

    static void show(LedgerView ledger, Map<String, ShownStep> shown) {
      for (LedgerView.Step tracked : ledger.steps().values()) {
        ShownStep template =
            tracked.instance() == null ? null : shown.get(tracked.instance().template());
        ShownStep step = shown.get(tracked.id());
        if (template != null) {
          copy(tracked, template.instance(tracked.id()));
        } else if (step != null) {
          copy(tracked, step.own);
          if (!step.isScattered()) {
            follow(step, tracked);
          }
        }
      }
      shown.values().stream().filter(ShownStep::isScattered).forEach(ShownStep::followWorkers);
    }

    /**
     * A single worker gets the status of its step; of several, those that have not ended end with
     * it.
     */
    private static void follow(ShownStep step, LedgerView.Step tracked) {
      boolean alone = step.workers().size() == 1;
      for (WorkState worker : step.workers()) {
        if (alone) {
          copy(tracked, worker);
        } else if (step.own.status.isOver()) {
          worker.close(step.own.status, step.own.endedAt);
        } else if (step.own.status == StepStatus.PENDING) {
          worker.status = StepStatus.PENDING;
        }
      }
    }

    private static void copy(LedgerView.Step tracked, WorkState to) {
      LedgerView.Times times = tracked.times();
      LedgerView.Attempt attempt = tracked.attempts().latest();
      to.status = tracked.phase() == null ? to.status : StepStatus.of(tracked.phase());
      to.startedAt = times.startedAt();
      to.endedAt = times.endedAt();
      to.lastEventAt = Math.max(to.lastEventAt, times.lastEventAt());
      to.retryAt = times.retryAt();
      to.deadlineAt = times.deadlineAt();
      to.heartbeatDeadlineAt = times.heartbeatDeadlineAt();
      to.attempt = tracked.attempts().count();
      to.attemptId = attempt == null ? null : attempt.id();
      to.failure = null;
      to.reason = tracked.result().reason();
      switch (to.status) {
        case FAILED, PARTIAL, RETRY_WAIT -> explain(tracked, to);
        case DONE -> to.progress = 1;
        case PENDING -> to.progress = 0;
        default -> {
          // as far as the ledger's events explain it
        }
      }
    }

    private static void explain(LedgerView.Step tracked, WorkState to) {
      JsonNode last = tracked.result().error();
      JsonNode reported = last == null ? tracked.attempts().lastError() : last;
      to.failure =
          Errors.of(
              reported == null ? MissingNode.getInstance() : reported,
              new Errors.Origin("runtime.failure", to.lastEventAt, 0, null, null));
      if (to.reason == null && to.failure != null) {
        to.reason = Texts.of(to.failure, "desc");
      }
    }
  }
}
