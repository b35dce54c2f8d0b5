package io.mirrorneuron.cli;

import java.util.Locale;

/** Colours of a terminal, or none. */
public enum AnsiStyle {
  COLOURED,
  PLAIN;

  public String bold(String text) {
    return with("1", text);
  }

  public String faint(String text) {
    return with("2", text);
  }

  public String green(String text) {
    return with("32", text);
  }

  /** The colour of a job, agent or node status. */
  public String status(String text, String status) {
    return switch (status) {
      case "completed", "done", "healthy", "passing" -> green(text);
      case "failed", "critical", "unhealthy", "down" -> with("31", text);
      case "cancelled", "cancelling", "waiting", "skipped" -> faint(text);
      case "paused", "pausing", "retrying", "partial", "warning" -> with("33", text);
      case "running", "queued", "pending", "scheduled" -> with("36", text);
      default -> text;
    };
  }

  /** The colour of a log record. */
  public String level(String text, String level) {
    return switch (level.toUpperCase(Locale.ROOT)) {
      case "WARN", "WARNING" -> with("33", text);
      case "ERROR", "CRITICAL", "FATAL" -> with("31", text);
      default -> faint(text);
    };
  }

  private String with(String code, String text) {
    return this == PLAIN || text.isEmpty() ? text : "\033[" + code + "m" + text + "\033[0m";
  }
}
