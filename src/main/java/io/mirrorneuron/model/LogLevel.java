package io.mirrorneuron.model;

import java.util.Locale;
import java.util.Optional;

/** Levels of log records, least first. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARNING,
  ERROR,
  CRITICAL;

  /** By name in any case; WARN is WARNING. */
  public static Optional<LogLevel> of(String name) {
    String word = name.toUpperCase(Locale.ROOT);
    for (LogLevel level : values()) {
      if (level.name().equals(word.equals("WARN") ? "WARNING" : word)) {
        return Optional.of(level);
      }
    }
    return Optional.empty();
  }
}
