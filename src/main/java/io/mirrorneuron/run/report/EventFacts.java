package io.mirrorneuron.run.report;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the events of a run tell of it as a whole; fed with one after the other. */
final class EventFacts {
  private static final Pattern STEP_BEGINS =
      Pattern.compile("(?:workflow_)?step_(?:attempt_)?started");
  private static final Pattern STEP_ENDS =
      Pattern.compile("(?:workflow_)?step_(completed|failed|partial|cancelled|timed_out)");
  private static final Pattern PHASE = Pattern.compile("blueprint_phase_(\\w+)");

  final Durations phases = new Durations();
  final Durations steps = new Durations();
  final TokenEvents tokens = new TokenEvents();
  long count;
  long retries;
  Instant first;
  Instant last;
  String trace = "";
  String failedStep = "";
  String failedAgent = "";
  private boolean failureTold;

  void add(RecordFacts event) {
    count++;
    Instant at = event.time();
    if (at != null) {
      first = first == null || at.isBefore(first) ? at : first;
      last = last == null || at.isAfter(last) ? at : last;
    }
    if (trace.isEmpty()) {
      trace = event.first("/trace_id", "/payload/trace_id");
    }
    tokens.add(event);
    addType(event, event.text("type"), at);
  }

  private void addType(RecordFacts event, String type, Instant at) {
    Matcher stepEnd = STEP_ENDS.matcher(type);
    Matcher phase = PHASE.matcher(type);
    if (type.endsWith("_retry_scheduled")) {
      retries++;
    } else if (STEP_BEGINS.matcher(type).matches()) {
      steps.began(event.text("step_id"), at);
    } else if (stepEnd.matches()) {
      steps.ended(event.text("step_id"), at);
      boolean ofStep = !event.text("step_id").isEmpty(); // else a program's word, not the ledger's
      if (ofStep && stepEnd.group(1).equals("failed") && !failureTold) {
        failed(event);
      }
    } else if (phase.matches()) {
      addPhase(event, phase.group(1), at);
    } else if (type.equals("job_failed") || type.equals("run_failed")) {
      failed(event);
      failureTold = true; // the last word of the runtime
    }
  }

  private void addPhase(RecordFacts event, String word, Instant at) {
    String name = event.text("phase");
    if (word.equals("started")) {
      phases.began(name, at);
    } else if (event.get("duration_ms").isNumber()) {
      phases.took(name, event.get("duration_ms").asLong());
    } else {
      phases.ended(name, at);
    }
  }

  private void failed(RecordFacts event) {
    String step = place(event, "step_id");
    String agent = place(event, "agent_id");
    failedStep = step.isEmpty() ? failedStep : step;
    failedAgent = agent.isEmpty() ? failedAgent : agent;
  }

  private static String place(RecordFacts event, String member) {
    return event.first(
        "/payload/error/details/" + member,
        "/error/details/" + member,
        "/payload/" + member,
        "/" + member);
  }
}
