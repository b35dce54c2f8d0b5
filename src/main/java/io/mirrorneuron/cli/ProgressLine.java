package io.mirrorneuron.cli;

import io.mirrorneuron.model.StepPhase;
import java.util.Locale;

/** One agent or step as a line of the live view. Not thread-safe. */
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
    SKIPPED,
    /** The job ended while this was at work or had its turn before it. */
    STOPPED;

    /** Of a step that is over; all others wait until an event says more. */
    static State of(StepPhase phase) {
      return switch (phase) {
        case COMPLETED -> DONE;
        case PARTIAL -> PARTIAL;
        case SKIPPED -> SKIPPED;
        case FAILED -> FAILED;
        case null, default -> WAITING;
      };
    }

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
   * @param at when, in milliseconds since the epoch
   */
  void retry(long at, String why) {
    move(State.RETRYING, why);
    due = at;
  }

  /** Until the next try, in seconds; 0 when it should have begun. */
  double untilNextTry(long now) {
    return Math.max(0, due - now) / 1e3;
  }

  void note(String text) {
    note = text;
  }

  void count(int now) {
    count = now;
  }

  /** Its program has started, at this time in milliseconds since the epoch. */
  void begin(long at) {
    since = at;
  }

  /** Its program has ended. */
  void stop(long at) {
    if (since != 0) {
      spent += Math.max(0, at - since);
      since = 0;
    }
  }

  /** Nothing more comes: the job has ended. */
  void end(long at) {
    stop(at);
    if (state == State.RUNNING || state == State.QUEUED || state == State.RETRYING) {
      move(State.STOPPED, "");
    }
  }

  /** How long its programs have run, with the one that runs now. */
  double seconds(long now) {
    return (spent + (since == 0 ? 0 : Math.max(0, now - since))) / 1e3;
  }
}
