package io.mirrorneuron.cli;

import io.mirrorneuron.cli.ProgressLine.State;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobAgent;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.LedgerForm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * How far a job is, as its events tell: its steps when it has some, else its agents. Not
 * thread-safe.
 */
final class JobProgress {
  private static final String STEP = "workflow_step_";

  private final List<ProgressLine> lines = new ArrayList<>();
  private final Map<String, ProgressLine> byId = new HashMap<>();
  private final boolean ofSteps;
  private final LongSupplier nanos;
  private final long begin;
  private String status;

  /**
   * @param details of the job; they give the steps or agents in the author's order
   * @param nanos a clock that never jumps
   */
  JobProgress(JobDetail details, LongSupplier nanos) {
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
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
    } else {
      for (JobAgent agent : details.agents()) {
        add(lines.size(), new ProgressLine(agent.id(), Objects.toString(agent.type(), "")));
      }
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

  double seconds() {
    return (nanos.getAsLong() - begin) / 1e9;
  }

  double seconds(ProgressLine line) {
    return line.seconds(nanos.getAsLong());
  }

  void accept(JobEventFacts event) {
    String type = event.type();
    if (type.startsWith("job_")) {
      job(type);
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

  private void job(String type) {
    status =
        switch (type) {
          case "job_resumed", "job_recovered" -> "running";
          case "job_paused_for_manual_restart" -> "paused";
          case "job_recovery_started" -> status;
          default -> type.substring("job_".length());
        };
    if (new RunStatus(status).isFinal()) {
      lines.forEach(line -> line.stop(nanos.getAsLong()));
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
        agent.begin(nanos.getAsLong());
      }
      case "executor_lease_released" -> agent.stop(nanos.getAsLong());
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
        step.begin(nanos.getAsLong());
      }
      case "attempt_retry_scheduled" -> {
        step.stop(nanos.getAsLong());
        step.retry(due(event), reason);
      }
      case "completed" -> end(step, State.DONE, "");
      case "partial" -> end(step, State.PARTIAL, reason);
      case "failed" -> end(step, State.FAILED, reason);
      case "skipped" -> end(step, State.SKIPPED, event.outcome().equals("mapped") ? "" : reason);
      case "beacon" -> step.note(event.message());
      default -> {
        // tells nothing about how far the step is
      }
    }
  }

  private long due(JobEventFacts event) {
    return nanos.getAsLong() + event.nextTryMs() * 1_000_000;
  }

  /** Until the next try of what has failed, in seconds. */
  double untilNextTry(ProgressLine line) {
    return line.untilNextTry(nanos.getAsLong());
  }

  private void end(ProgressLine step, State state, String note) {
    step.stop(nanos.getAsLong());
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
