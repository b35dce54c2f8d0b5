package io.mirrorneuron.runtime.state;

/** Numbers the messages and the events of one job, without gaps, from 1. */
public final class Counters {
  private long messages;
  private long events;
  private String lastEvent;

  Counters() {}

  /**
   * Continues from the text that {@link #write} made.
   *
   * @throws NumberFormatException
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

  public long nextMessage() {
    return ++messages;
  }

  public long nextEvent(String type) {
    lastEvent = type;
    return ++events;
  }

  /** Number of the last event; 0 before the first. */
  public long events() {
    return events;
  }

  /** Type of the last event, or null before the first. */
  public String lastEvent() {
    return lastEvent;
  }
}
