package io.mirrorneuron.area.jobs.view.progress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.plan.Plan;
import io.mirrorneuron.area.jobs.view.stored.Errors;
import io.mirrorneuron.area.jobs.view.stored.JobRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How far a job is: what its events tell, and over it the word of the runtime, which knows better.
 * The fold is left as it is.
 */
final class ProgressState {
  private final Plan plan;
  private final EventDigest fold;
  private final JobRecord record;
  private final Map<String, ShownStep> steps = new LinkedHashMap<>();
  private final Map<String, JsonNode> agents = new HashMap<>();
  private final String status;

  ProgressState(Plan plan, EventDigest fold, JobRecord record) {
    this.plan = plan;
    this.fold = fold;
    this.record = record;
    this.status = status(fold.course().status(), record.status());
    record.agents().forEach(agent -> agents.put(agent.path("agent_id").asText(), agent));
    fold.steps().forEach(step -> steps.put(step.plan.id(), step.copy()));
    if (record.ledger().isObject()) {
      LedgerSteps.over(steps, record.ledger().path("steps"));
    } else if (plan.isOfAgents()) {
      steps.values().forEach(this::lookAtAgent);
    }
    if (isFinal()) {
      steps.values().forEach(step -> step.close(StepStatus.atEnd(status), endedAt()));
    } else if (status.equals("paused") || status.equals("pausing")) {
      StepStatus how = status.equals("paused") ? StepStatus.PAUSED : StepStatus.PAUSING;
      steps.values().forEach(step -> step.hold(how));
    }
  }

  /** An event that has ended the job is later than a document that has not heard of it. */
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

  /** What the runtime says of an agent, or a missing node. */
  JsonNode agent(String id) {
    return agents.getOrDefault(id, MissingNode.getInstance());
  }

  long submittedAt() {
    return record.submittedAt() == 0 ? fold.firstAt() : record.submittedAt();
  }

  /** 0 while it goes on. */
  long endedAt() {
    if (!isFinal()) {
      return 0;
    }
    return record.endedAt() == 0 ? fold.course().endedAt() : record.endedAt();
  }

  /** Null for all but failed jobs: what went wrong on the way is told at its step. */
  ObjectNode failure() {
    ObjectNode recorded = record.failure();
    return !status.equals("failed") ? null : recorded == null ? fold.course().failure() : recorded;
  }

  String traceId() {
    String known = record.traceId(List.of());
    return known == null ? fold.traceId() : known;
  }

  /** The steps that people want to look at; at least one. */
  List<String> current() {
    String began = fold.course().currentStep();
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

  private void lookAtAgent(ShownStep step) {
    for (WorkState worker : step.workers()) {
      JsonNode agent = agents.get(worker.id);
      StepStatus now =
          agent == null ? null : StepStatus.of(agent.path("status").asText(), plan.isLasting());
      if (now == null) {
        continue;
      }
      if (now == StepStatus.RUNNING) {
        worker.start(worker.lastEventAt);
      } else if (now == StepStatus.FAILED) {
        ObjectNode error =
            worker.failure == null
                ? Errors.of(
                    agent.path("last_error"),
                    new Errors.Origin(
                        "runtime.failure", worker.lastEventAt, 0, step.plan.id(), worker.id))
                : worker.failure;
        worker.fail(now, error, or(worker.endedAt, worker.lastEventAt));
      } else {
        worker.end(now, or(worker.endedAt, worker.lastEventAt));
      }
    }
    step.followWorkers();
  }

  private static long or(long first, long second) {
    return first == 0 ? second : first;
  }
}
