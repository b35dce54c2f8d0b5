package io.mirrorneuron.runtime.port;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.Json;
import java.util.stream.Stream;

/**
 * What a program put out: what it completed its step or run with; else the JSON that it printed, as
 * all of its output or as its last line; else the text without the space around it; null when there
 * is none. A line for the engine ({@code runtime.md} 3.5) is no output.
 */
public final class PrintedOutput {
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
    String all = stdout.strip();
    String text = answered ? beforeTheAnswer(all) : all;
    if (text.isEmpty()) {
      return NullNode.getInstance();
    }
    JsonNode whole = parsed(text);
    if (whole != null) {
      return whole;
    }
    JsonNode last = parsed(text.substring(text.lastIndexOf('\n') + 1));
    return last != null && last.isContainerNode() ? last : TextNode.valueOf(text);
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
}
