package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.model.MnException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The smallest machine that has it all: an alarm rings a number of times, each ring at its time,
 * and ends when all were heard.
 *
 * @param nextAt when it rings next
 * @param left how often it still rings
 * @param ringing the number of the ring that is owed; 0 for none
 * @param notes of people who want to be remembered with it
 */
record Alarm(long nextAt, int left, int ringing, SortedSet<String> notes) {
  static final long EVERY_MS = 7_000;

  sealed interface Input {
    record Set(long at, int times) implements Input {}

    record Heard(int ring) implements Input {}

    record Wake() implements Input {}

    record Cancel() implements Input {}

    record Note(String text) implements Input {}
  }

  /** A deed: its number tells it from the others of its alarm. */
  record Ring(int number) {}

  static final class Machine implements StateMachine<Alarm, Input, Ring> {
    @Override
    public String kind() {
      return "alarms";
    }

    @Override
    public Optional<Alarm> decide(Optional<Alarm> state, Input input, long now) {
      return switch (input) {
        case Input.Set(long at, int times) -> {
          if (state.isPresent()) {
            throw MnException.precondition("the alarm is set already");
          }
          yield Optional.of(new Alarm(at, times, 0, new TreeSet<>()));
        }
        case Input.Cancel() -> Optional.empty();
        case Input.Wake() ->
            state.map(
                alarm ->
                    alarm.ringing() == 0 && alarm.nextAt() <= now
                        ? new Alarm(
                            alarm.nextAt() + EVERY_MS, alarm.left(), alarm.left(), alarm.notes())
                        : alarm);
        case Input.Note(String text) -> state.map(alarm -> alarm.noting(text));
        case Input.Heard(int ring) -> state.flatMap(alarm -> alarm.heard(ring));
      };
    }

    @Override
    public List<Ring> pending(Alarm alarm) {
      return alarm.ringing() == 0 ? List.of() : List.of(new Ring(alarm.ringing()));
    }

    @Override
    public OptionalLong wakeAt(Alarm alarm) {
      return alarm.ringing() == 0 ? OptionalLong.of(alarm.nextAt()) : OptionalLong.empty();
    }

    @Override
    public Input wake() {
      return new Input.Wake();
    }

    @Override
    public String write(Alarm alarm) {
      return alarm.nextAt()
          + " "
          + alarm.left()
          + " "
          + alarm.ringing()
          + " "
          + String.join(",", alarm.notes());
    }

    @Override
    public Alarm read(String text) {
      String[] parts = text.split(" ", -1);
      return new Alarm(
          Long.parseLong(parts[0]),
          Integer.parseInt(parts[1]),
          Integer.parseInt(parts[2]),
          new TreeSet<>(parts[3].isEmpty() ? List.of() : List.of(parts[3].split(","))));
    }
  }

  private Alarm noting(String text) {
    SortedSet<String> all = new TreeSet<>(notes);
    all.add(text);
    return new Alarm(nextAt, left, ringing, all);
  }

  private Optional<Alarm> heard(int ring) {
    if (ring != ringing) {
      return Optional.of(this);
    }
    return left == 1 ? Optional.empty() : Optional.of(new Alarm(nextAt, left - 1, 0, notes));
  }
}
