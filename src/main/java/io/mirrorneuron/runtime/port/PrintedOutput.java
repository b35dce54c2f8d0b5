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
 * The output of a program: the value with which it completed its step or run; else the JSON that it
 * printed, as all of its output or as its last line; else the stripped text; null when there is
 * none. A line of the stdout protocol ({@code runtime.md} 3.5) is no output.
 */
public final class PrintedOutput {
  /** Type of the runner's event that warns a program's author about the output. */
  public static final String WARNING = "program_output_warning";

  /** Member of that event's payload with the warning. */
  public static final String MESSAGE = "message";

  /** Up to so many characters, a message has the output both as text and as parsed value. */
  public static final int MAX_TOLD_TWICE = 32 << 10;

  private PrintedOutput() {}

  /**
   * @param structured the program's answer
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
   * @param answered whether there is an answer by the stdout protocol, which names no output
   */
  public static JsonNode of(String stdout, boolean answered) {
    String text = text(stdout, answered);
    JsonNode json = json(text);
    return json == null ? TextNode.valueOf(text) : json;
  }

  /** The stripped text without the answer by the stdout protocol. */
  public static String text(String stdout, boolean answered) {
    String all = stdout.strip();
    return answered ? beforeTheAnswer(all) : all;
  }

  /**
   * The JSON that the text is or ends with; JSON's null for an empty text; null when it is no JSON.
   */
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
   * The answer with a warning for the author about the output. As there is an answer then, the end
   * of the printed text would be taken for one: so the output is named.
   *
   * @param output the printed text
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
