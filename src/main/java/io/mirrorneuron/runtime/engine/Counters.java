package io.mirrorneuron.runtime.engine;

/** Numbers the messages and the events of one job, without gaps, from 1. */
final class Counters {
  private long messages;
  private long events;
  private String lastEvent;

  /** For a job that has just begun. */
  Counters() {}

  /**
   * Goes on where {@link #write} was.
   *
   * @throws NumberFormatException when the text is something else
   */
  static Counters read(String text) {
    String[] parts = text.split(",", 3);
    Counters counters = new Counters();
    counters.messages = Long.parseLong(parts[0]);
    counters.events = Long.parseLong(parts[1]);
    counters.lastEvent = parts[2].isEmpty() ? null : parts[2];
    return counters;
  }

  String write() {
    return messages + "," + events + "," + (lastEvent == null ? "" : lastEvent);
  }

  long nextMessage() {
    return ++messages;
  }

  long nextEvent(String type) {
    lastEvent = type;
    return ++events;
  }

  /** Number of the last event; 0 before the first. */
  long events() {
    return events;
  }

  /** Type of the last event, or null before the first. */
  String lastEvent() {
    return lastEvent;
  }
}
