package io.mirrorneuron.runtime.port;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a program put out: what it completed its step or run with; else the JSON that it printed, as
 * all of its output or as its last line; else the text without the space around it; null when there
 * is none. A line for the engine ({@code runtime.md} 3.5) is no output.
 */
public final class PrintedOutput {
  /** Type of an event by which the runner tells the author of a program about its output. */
  public static final String WARNING = "program_output_warning";

  /** What it says, in the payload of that event. */
  public static final String MESSAGE = "message";

  /** Characters of output that are in a message as text and as the value that they stand for. */
  public static final int MAX_TOLD_TWICE = 32 << 10;

  private PrintedOutput() {}

  /**
   * @param structured what the engine was asked for
   */
  public static JsonNode of(String stdout, Structured structured) {
    JsonNode named =
        Stream.of(structured.completeStep(), structured.completeRun())
            .filter(completion -> completion != null && completion.output() != null)
            .map(Completion::output)
            .findFirst()
            .orElse(null);
    if (named != null) {
      return named;
    }
    if (structured.printed() != null) {
      return structured.printed();
    }
    return of(stdout, !structured.equals(Structured.NONE));
  }

  /**
   * @param answered whether there is an answer for the engine, which names no output
   */
  public static JsonNode of(String stdout, boolean answered) {
    String text = text(stdout, answered);
    JsonNode json = json(text);
    return json == null ? TextNode.valueOf(text) : json;
  }

  /** What was printed apart from the answer for the engine, without the space around it. */
  public static String text(String stdout, boolean answered) {
    String all = stdout.strip();
    return answered ? beforeTheAnswer(all) : all;
  }

  /** The JSON that such a text is or ends with, JSON's null for nothing; null when it is text. */
  public static JsonNode json(String text) {
    if (text.isEmpty()) {
      return NullNode.getInstance();
    }
    JsonNode whole = parsed(text);
    if (whole != null) {
      return whole;
    }
    JsonNode last = parsed(text.substring(text.lastIndexOf('\n') + 1));
    return last != null && last.isContainerNode() ? last : null;
  }

  /** The answer is all of the output, or its last line. */
  private static String beforeTheAnswer(String all) {
    return parsed(all) != null ? "" : all.substring(0, Math.max(0, all.lastIndexOf('\n'))).strip();
  }

  private static JsonNode parsed(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /**
   * An answer with an event that tells the author something about the output. As there is an answer
   * then, the end of what was printed would be read as one: so the output is named.
   *
   * @param output the text that was printed
   */
  public static Structured warned(Structured one, String message, String output) {
    List<Event> events = new ArrayList<>(one.events());
    events.add(new Event(WARNING, Json.object().put(MESSAGE, message)));
    return new Structured(
        one.emits(),
        List.copyOf(events),
        one.nextState(),
        one.completeStep(),
        one.completeRun(),
        one.printed() == null ? TextNode.valueOf(output) : one.printed());
  }
}
