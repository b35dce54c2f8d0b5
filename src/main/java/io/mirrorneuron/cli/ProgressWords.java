package io.mirrorneuron.cli;

import io.mirrorneuron.wire.JobEventFacts;
import java.util.Objects;
import java.util.Set;

/** Those events that tell people how far a job is, each as a line. */
final class ProgressWords {
  /** Nothing is wrong: its message came from one parent, and others are still at work. */
  private static final String BLOCKED = "workflow_step_blocked";

  private static final Set<String> SILENT =
      Set.of("job_pending", "job_validated", "job_scheduled", "job_recovery_scheduled");
  private static final Set<String> OF_STEPS =
      Set.of(
          "workflow_step_attempt_started",
          "workflow_step_attempt_timed_out",
          "workflow_step_attempt_retry_scheduled",
          "workflow_step_beacon",
          BLOCKED,
          "workflow_step_branch",
          "workflow_step_completed",
          "workflow_step_failed",
          "workflow_step_partial",
          "workflow_step_scattered",
          "workflow_step_skipped",
          "workflow_step_timed_out");
  private static final Set<String> OF_AGENTS =
      Set.of(
          "agent_beacon",
          "agent_message_received",
          "agent_restart_scheduled",
          "message_retry_scheduled",
          "sandbox_job_completed",
          "sandbox_job_failed");
  private static final Set<String> ALWAYS = Set.of("dead_letter", "message_unrouted");

  private ProgressWords() {}

  /**
   * Whether a person wants to read it.
   *
   * @param ofSteps whether the job has steps, of which its agents' events would tell nothing new
   */
  static boolean isTelling(JobEventFacts event, boolean ofSteps) {
    String type = event.type();
    return ALWAYS.contains(type)
        || type.startsWith("human_")
        || (ofSteps ? OF_STEPS : OF_AGENTS).contains(type)
        || type.startsWith("job_") && !SILENT.contains(type);
  }

  /** {@code time subject what detail}. */
  static String line(JobEventFacts facts, Output output) {
    AnsiStyle paint = output.paint();
    String what = what(facts);
    String subject =
        facts.type().startsWith("job_")
            ? "job"
            : Objects.requireNonNullElse(
                facts.stepId(), Objects.requireNonNullElse(facts.agentId(), "job"));
    return "%s  %-14s %s%s"
        .formatted(
            paint.faint(output.clock(facts.timestamp())),
            Output.printable(subject),
            paint.status(Output.printable(what), what),
            EventLines.warnings(facts) + paint.faint(detail(facts)))
        .stripTrailing();
  }

  private static String what(JobEventFacts event) {
    return switch (event.type()) {
      case "agent_message_received" -> "received " + event.payload().type();
      case "workflow_step_attempt_started" ->
          event.attempt() > 1 ? "try " + event.attempt() : "started";
      case "workflow_step_attempt_retry_scheduled",
          "message_retry_scheduled",
          "agent_restart_scheduled" ->
          "next try in %.0f s".formatted(Math.ceil(event.nextTryMs() / 1000.0));
      case BLOCKED -> "waits for " + String.join(", ", event.parents());
      default ->
          event
              .type()
              .replaceFirst("^(job|sandbox_job|workflow_step|agent|message)_", "")
              .replace('_', ' ');
    };
  }

  private static String detail(JobEventFacts event) {
    if (event.type().equals(BLOCKED)) {
      return "";
    }
    String from = event.payload().from();
    for (String text :
        new String[] {
          from.isEmpty() ? "" : "from " + from,
          event.reason(),
          event.message(),
          event.payload().reason(),
          event.payload().error(),
          event.payload().message()
        }) {
      if (!text.isEmpty()) {
        return "  " + Output.printable(text);
      }
    }
    return "";
  }
}
