package io.mirrorneuron.runtime.schedule.cron;

/** What a change of the clocks has to do with a firing. */
public enum ClockChange {
  /** Nothing. */
  NONE,
  /** Its local time does not exist on that day: it fires as soon as the clocks were set forward. */
  MOVED,
  /** Its local time is there twice: this is the earlier one. */
  FIRST_PASS,
  /** Its local time is there twice: this is the later one, of an expression for every hour. */
  SECOND_PASS
}
