package io.mirrorneuron.area.jobs.view;

import java.util.Locale;

/** Describes events in one sentence for people. */
final class EventSentences {
  private EventSentences() {}

  /**
   * The event's own message, else a sentence about its type.
   *
   * @param stepId or null
   * @param chars longest length
   */
  static String of(JobEvent event, String stepId, int chars) {
    String own = event.text("message");
    String sentence = own == null ? ofType(event, stepId) : own;
    return sentence.length() <= chars ? sentence : sentence.substring(0, chars - 1) + "…";
  }

  private static String ofType(JobEvent event, String stepId) {
    String step = stepId == null ? "" : ": " + stepId;
    return switch (event.type()) {
      case "workflow_step_started", "blueprint_phase_started", "workflow_step_attempt_started" -> {
        Double attempt = event.number("attempt");
        yield attempt == null || attempt <= 1
            ? "Step started" + step
            : "Step started again" + step + " (attempt " + attempt.intValue() + ")";
      }
      case "workflow_step_completed", "blueprint_phase_completed" -> "Step completed" + step;
      case "workflow_step_partial" -> reasoned("Step partly done" + step, event);
      case "workflow_step_skipped" -> reasoned("Step skipped" + step, event);
      case "workflow_step_failed", "blueprint_phase_failed", "workflow_step_timed_out" ->
          reasoned("Step failed" + step, event);
      case "workflow_step_attempt_retry_scheduled" ->
          reasoned("Step will be tried again" + step, event);
      case "workflow_step_blocked" -> reasoned("Step is blocked" + step, event);
      case "agent_message_received" ->
          "Message " + named(event, "type") + " from " + named(event, "from") + " received";
      case "sandbox_job_completed" -> "Program ended well";
      case "sandbox_job_failed" -> reasoned("Program failed", event);
      case "executor_lease_requested" -> "Waiting for a slot of pool " + named(event, "pool");
      case "executor_lease_acquired" -> "Got a slot of pool " + named(event, "pool");
      case "executor_lease_released" -> "Gave back a slot of pool " + named(event, "pool");
      default -> reasoned(plain(event.type()), event);
    };
  }

  private static String named(JobEvent event, String member) {
    String name = event.payload().path(member).asText("");
    return name.isEmpty() ? "?" : name;
  }

  private static String reasoned(String sentence, JobEvent event) {
    String reason = event.text("reason", "status_reason", "error");
    return reason == null ? sentence : sentence + ": " + reason;
  }

  /** {@code job_running} as {@code Job running}. */
  private static String plain(String type) {
    String words = type.replace('_', ' ').strip();
    return words.isEmpty()
        ? "Event"
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
