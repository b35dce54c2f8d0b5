package io.mirrorneuron.cli;

import io.mirrorneuron.cli.ProgressLine.State;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.JobDetail.JobAgent;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.LedgerForm;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * Progress of a job according to its events: its steps, or its agents if it has no steps. Finished
 * times are those of the events, so the events can be read later; running times use this machine's
 * clock. Not thread-safe.
 */
final class JobProgress {
  private static final String STEP = "workflow_step_";
  private static final String FORKED_FROM = "job_forked_from";

  private final List<ProgressLine> lines = new ArrayList<>();
  private final Map<String, ProgressLine> byId = new HashMap<>();
  private final boolean ofSteps;
  private final List<LedgerView.Step> takenOver;
  private final LongSupplier clock;
  private long begin;
  private long end;
  private String status;

  /**
   * @param details of the job; they give the steps or agents in the author's order
   * @param clock in milliseconds since the epoch
   */
  JobProgress(JobDetail details, LongSupplier clock) {
    this.clock = clock;
    this.status = Objects.requireNonNullElse(details.facts().status(), "pending");
    LedgerView ledger = LedgerForm.read(details.parts().ledger());
    ofSteps = ledger.hasSteps();
    if (ofSteps) {
      for (LedgerView.Step step : ledger.steps().values()) {
        if (step.instance() == null) { // instances come with their events
          String label = Objects.requireNonNullElse(step.declared().label(), "");
          add(lines.size(), new ProgressLine(step.id(), label.equals(step.id()) ? "" : label));
        }
      }
      takenOver =
          ledger.steps().values().stream()
              .filter(one -> State.of(one.phase()) != State.WAITING)
              .toList();
    } else {
      for (JobAgent agent : details.agents()) {
        add(lines.size(), new ProgressLine(agent.id(), Objects.toString(agent.type(), "")));
      }
      takenOver = List.of();
    }
  }

  /** The new job tells nothing of steps that its source had done. */
  private void takeOver() {
    for (LedgerView.Step step : takenOver) {
      State state = State.of(step.phase());
      boolean plain = state == State.DONE || step.result().outcome() == StepOutcome.MAPPED;
      String reason = Objects.requireNonNullElse(step.result().reason(), "");
      stepLine(step.id()).move(state, plain ? "" : reason);
    }
  }

  private ProgressLine add(int index, ProgressLine line) {
    lines.add(index, line);
    byId.put(line.id, line);
    return line;
  }

  String status() {
    return status;
  }

  /** Whether the lines are steps, and not agents. */
  boolean isOfSteps() {
    return ofSteps;
  }

  List<ProgressLine> lines() {
    return lines;
  }

  long done() {
    return lines.stream().filter(line -> line.state().isOver()).count();
  }

  /** From the first event of the job to its end, or until now. */
  double seconds() {
    long until = end == 0 ? clock.getAsLong() : end;
    return begin == 0 ? 0 : Math.max(0, until - begin) / 1e3;
  }

  double seconds(ProgressLine line) {
    return line.seconds(clock.getAsLong());
  }

  void accept(JobEventFacts event) {
    String type = event.type();
    if (begin == 0) {
      begin = at(event);
    }
    if (type.equals(FORKED_FROM)) {
      takeOver();
    } else if (type.startsWith("job_")) {
      job(type, at(event));
    } else if (ofSteps) {
      if (type.startsWith(STEP) && event.stepId() != null) {
        step(type.substring(STEP.length()), event);
      } else if (type.equals("agents_restarted")) {
        lines.forEach(line -> line.move(State.WAITING, ""));
      }
    } else if (byId.get(event.agentId()) instanceof ProgressLine agent) {
      agent(agent, event);
    }
  }

  /** When it happened, in milliseconds since the epoch; now where that is not told. */
  private long at(JobEventFacts event) {
    try {
      return Instant.parse(event.timestamp()).toEpochMilli();
    } catch (DateTimeParseException e) {
      return clock.getAsLong();
    }
  }

  private void job(String type, long at) {
    status =
        switch (type) {
          case "job_resumed", "job_recovered" -> "running";
          case "job_paused_for_manual_restart" -> "paused";
          case "job_recovery_started", "job_forked" -> status;
          default -> type.substring("job_".length());
        };
    if (new RunStatus(status).isFinal()) {
      end = at;
      lines.forEach(line -> line.end(at));
    }
  }

  private void agent(ProgressLine agent, JobEventFacts event) {
    JobEventFacts.Payload payload = event.payload();
    switch (event.type()) {
      case "agent_message_received" -> {
        agent.count(agent.count() + 1);
        agent.move(agent.about.equals("executor") ? State.QUEUED : State.DONE, "");
      }
      case "executor_lease_requested" -> agent.move(State.QUEUED, agent.note());
      case "executor_lease_acquired" -> {
        agent.move(State.RUNNING, "");
        agent.begin(at(event));
      }
      case "executor_lease_released" -> agent.stop(at(event));
      case "sandbox_job_completed" -> agent.move(State.DONE, "");
      case "sandbox_job_failed" -> agent.move(State.FAILED, payload.error());
      case "message_retry_scheduled" -> agent.retry(due(event), payload.reason());
      case "agent_beacon" -> agent.note(payload.message());
      case "message_unrouted", "dead_letter" -> agent.note("a message could not go on");
      default -> {
        // tells nothing about how far the agent is
      }
    }
  }

  private void step(String what, JobEventFacts event) {
    ProgressLine step = stepLine(event.stepId());
    String reason = event.reason();
    switch (what) {
      case "attempt_started" -> {
        step.move(State.RUNNING, "");
        step.count(event.attempt());
        step.begin(at(event));
      }
      case "attempt_retry_scheduled" -> {
        step.stop(at(event));
        step.retry(due(event), reason);
      }
      case "completed" -> end(step, event, State.DONE, "");
      case "partial" -> end(step, event, State.PARTIAL, reason);
      case "failed" -> end(step, event, State.FAILED, reason);
      case "skipped" -> end(step, event, State.SKIPPED, event.isMapped() ? "" : reason);
      case "beacon" -> step.note(event.message());
      default -> {
        // tells nothing about how far the step is
      }
    }
  }

  private long due(JobEventFacts event) {
    return at(event) + event.nextTryMs();
  }

  /** In seconds. */
  double untilNextTry(ProgressLine line) {
    return line.untilNextTry(clock.getAsLong());
  }

  private void end(ProgressLine step, JobEventFacts event, State state, String note) {
    step.stop(at(event));
    step.move(state, note);
  }

  /**
   * The line of a step. The first event of an instance of a scattered step makes a line for it,
   * below the lines of that step.
   */
  private ProgressLine stepLine(String id) {
    ProgressLine known = byId.get(id);
    if (known != null) {
      return known;
    }
    String template = id.replaceFirst("\\[\\d+]$", "");
    int index = lines.size();
    while (index > 0 && !isOf(template, lines.get(index - 1).id)) {
      index--;
    }
    return add(index == 0 ? lines.size() : index, new ProgressLine(id, ""));
  }

  private static boolean isOf(String template, String id) {
    return id.equals(template) || id.startsWith(template + "[");
  }

  /** At most {@code most} lines; where not all fit, those that run come first. */
  List<ProgressLine> selection(int most) {
    if (lines.size() <= most) {
      return lines;
    }
    return lines.stream()
        .sorted(Comparator.comparing(ProgressLine::state))
        .limit(Math.max(0, most))
        .toList();
  }
}
