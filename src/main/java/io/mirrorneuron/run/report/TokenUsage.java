package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/**
 * Tokens of calls to language models. Programs report them under many names; all that are
 * understood are here.
 *
 * @param estimated how many of {@code total} were estimated
 */
record TokenUsage(long input, long output, long total, long calls, long estimated) {
  static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0);

  private static final Names PLAIN =
      new Names(
          List.of("input_tokens", "prompt_tokens", "inputTokens", "promptTokens"),
          List.of("output_tokens", "completion_tokens", "outputTokens", "completionTokens"),
          List.of("total_tokens", "totalTokens", "tokens"));
  private static final Names ESTIMATED =
      new Names(
          List.of("estimated_input_tokens", "estimated_prompt_tokens"),
          List.of("estimated_output_tokens", "estimated_completion_tokens"),
          List.of("estimated_total_tokens", "estimated_tokens"));

  /** Only where it is clear that tokens are meant. */
  private static final Names SHORT =
      new Names(List.of("input", "prompt"), List.of("output", "completion"), List.of("total"));

  /** Members that an event may report usage in, the likeliest first. */
  private static final List<String> HOLDERS =
      List.of("usage", "token_usage", "tokens", "llm", "llm_usage");

  /** Other names of the same counts, each the likeliest first. */
  private record Names(List<String> input, List<String> output, List<String> total) {
    /**
     * Null when the object has none of them.
     *
     * @param estimated whether all are estimates, whatever the object says
     */
    TokenUsage read(JsonNode counts, boolean estimated) {
      long in = first(counts, input);
      long out = first(counts, output);
      long all = first(counts, total);
      if (in < 0 && out < 0 && all < 0) {
        return null;
      }
      long sum = Math.max(0, in) + Math.max(0, out);
      long known = all < 0 ? sum : all;
      boolean isEstimate = estimated || counts.path("estimated").asBoolean();
      return new TokenUsage(
          Math.max(0, in), Math.max(0, out), known, calls(counts), isEstimate ? known : 0);
    }

    /** -1 when there is no such number. */
    private static long first(JsonNode counts, List<String> names) {
      for (String name : names) {
        JsonNode count = counts.path(name);
        if (count.isNumber() && count.asDouble() >= 0) {
          return count.asLong();
        }
      }
      return -1;
    }
  }

  /** What an event's payload tells, at top level or in one object; {@link #NONE} when nothing. */
  static TokenUsage ofPayload(JsonNode payload) {
    TokenUsage found = of(payload);
    for (String holder : HOLDERS) {
      if (found != NONE) {
        return found;
      }
      JsonNode inner = payload.path(holder);
      found = of(inner);
      if (found == NONE) {
        found = of(inner.path("usage"));
      }
      if (found == NONE) {
        TokenUsage read = SHORT.read(inner, false);
        found = read == null ? NONE : read;
      }
    }
    return found;
  }

  /** What {@code llm} of a sample tells: a call may have no counts. */
  static TokenUsage ofSample(JsonNode llm) {
    TokenUsage counted = of(llm);
    return counted != NONE || llm.isEmpty() ? counted : new TokenUsage(0, 0, 0, calls(llm), 0);
  }

  /** What an object of counts tells; {@link #NONE} when it has none. */
  private static TokenUsage of(JsonNode counts) {
    TokenUsage counted = PLAIN.read(counts, false);
    TokenUsage found = counted == null ? ESTIMATED.read(counts, true) : counted;
    return found == null ? NONE : found;
  }

  private static long calls(JsonNode counts) {
    return Math.max(0, counts.path("calls").asLong(1));
  }

  TokenUsage plus(TokenUsage other) {
    return new TokenUsage(
        input + other.input,
        output + other.output,
        total + other.total,
        calls + other.calls,
        estimated + other.estimated);
  }

  ObjectNode json() {
    return Json.object()
        .put("input_tokens", input)
        .put("output_tokens", output)
        .put("total_tokens", total)
        .put("calls", calls)
        .put("estimated_tokens", estimated);
  }
}
