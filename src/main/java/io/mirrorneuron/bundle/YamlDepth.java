package io.mirrorneuron.bundle;

import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/** A parser that stops where a text is nested too deep, before its reader runs out of stack. */
final class YamlDepth implements Parser {
  private final Parser parser;
  private final int most;
  private final Function<Optional<Mark>, RuntimeException> refusal;
  private int depth;

  YamlDepth(Parser parser, int most, Function<Optional<Mark>, RuntimeException> refusal) {
    this.parser = parser;
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
        if (++depth > most) {
          throw refusal.apply(event.getStartMark());
        }
      }
      case MappingEnd, SequenceEnd -> depth--;
      default -> {}
    }
    return event;
  }
}
