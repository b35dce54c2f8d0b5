package io.mirrorneuron.bundle;

import java.util.Optional;
import java.util.function.BiFunction;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * A parser that stops where a text is nested too deep, before its reader runs out of stack, and
 * where it has too many keys and values, before there is a tree of them.
 */
final class YamlBounds implements Parser {
  private final Parser parser;
  private final int deepest;
  private final int most;
  private final BiFunction<Optional<Mark>, String, RuntimeException> refusal;
  private int depth;
  private int nodes;

  /**
   * @param most keys and values
   */
  YamlBounds(
      Parser parser,
      int deepest,
      int most,
      BiFunction<Optional<Mark>, String, RuntimeException> refusal) {
    this.parser = parser;
    this.deepest = deepest;
    this.most = most;
    this.refusal = refusal;
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return parser.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return parser.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return parser.hasNext();
  }

  @Override
  public Event next() {
    Event event = parser.next();
    switch (event.getEventId()) {
      case MappingStart, SequenceStart -> {
        count(event);
        if (++depth > deepest) {
          throw refusal.apply(
              event.getStartMark(), "it is nested deeper than %d levels".formatted(deepest));
        }
      }
      case MappingEnd, SequenceEnd -> depth--;
      case Scalar -> count(event);
      default -> {}
    }
    return event;
  }

  private void count(Event event) {
    if (++nodes > most) {
      throw refusal.apply(
          event.getStartMark(), "it has more than %d keys and values".formatted(most));
    }
  }
}
