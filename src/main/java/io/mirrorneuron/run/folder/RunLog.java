package io.mirrorneuron.run.folder;

import java.util.Locale;
import java.util.Optional;

/** The line files of a run, one JSON object a line. Each is a channel of the run's stream. */
public enum RunLog {
  EVENTS,
  LOGS,
  HUMAN,
  RESOURCES,
  ERRORS,
  TIMELINE;

  /** The name in {@code channels} and in records. */
  public String channel() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String file() {
    return channel() + ".jsonl";
  }

  /** Whether a full file is closed and kept as {@code <channel>.<nnn>.jsonl}. */
  boolean rotates() {
    return this == EVENTS || this == LOGS || this == ERRORS;
  }

  /**
   * Whether a file or folder of this name, in the folder of a run, is or holds a part of the log.
   */
  public boolean isIn(String name) {
    return name.startsWith(channel() + ".")
        || name.equals("logs") && this == LOGS
        || name.equals("resource_samples.jsonl") && this == RESOURCES;
  }

  public static Optional<RunLog> of(String channel) {
    for (RunLog log : values()) {
      if (log.channel().equals(channel)) {
        return Optional.of(log);
      }
    }
    return Optional.empty();
  }
}
