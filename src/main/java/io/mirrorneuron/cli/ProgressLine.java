package io.mirrorneuron.cli;

import java.util.Locale;

/** What one agent or one step of a job does, as a line of the live view. Not thread-safe. */
final class ProgressLine {
  final String id;
  final String about;
  private State state = State.WAITING;
  private int count;
  private String note = "";
  private long since;
  private long spent;
  private long due;

  enum State {
    FAILED,
    RUNNING,
    RETRYING,
    QUEUED,
    WAITING,
    PARTIAL,
    DONE,
    SKIPPED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether nothing more is expected, and nothing is wrong. */
    boolean isOver() {
      return this == DONE || this == PARTIAL || this == SKIPPED;
    }
  }

  /**
   * @param about what people should know of it beside its id: a type, a label, or nothing
   */
  ProgressLine(String id, String about) {
    this.id = id;
    this.about = about;
  }

  State state() {
    return state;
  }

  /** Messages that came in, or attempts that were made. */
  int count() {
    return count;
  }

  String note() {
    return note;
  }

  void move(State to, String why) {
    state = to;
    note = why;
  }

  /**
   * It has failed and is tried again.
   *
   * @param at when, in nanoseconds of the clock of {@link JobProgress}
   */
  void retry(long at, String why) {
    move(State.RETRYING, why);
    due = at;
  }

  /** Until the next try, in seconds; 0 when it should have begun. */
  double untilNextTry(long nanos) {
    return Math.max(0, due - nanos) / 1e9;
  }

  void note(String text) {
    note = text;
  }

  void count(int now) {
    count = now;
  }

  /** Its program has started, at this time in nanoseconds of the clock of {@link JobProgress}. */
  void begin(long nanos) {
    since = nanos;
  }

  /** Its program has ended. */
  void stop(long nanos) {
    if (since != 0) {
      spent += nanos - since;
      since = 0;
    }
  }

  /** How long its programs have run, with the one that runs now. */
  double seconds(long nanos) {
    return (spent + (since == 0 ? 0 : nanos - since)) / 1e9;
  }
}
