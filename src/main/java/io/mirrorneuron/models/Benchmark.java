package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.models.UpstreamFailure.Kind;
import io.mirrorneuron.port.models.BenchmarkOrder;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Measures one streamed answer of a model. One use, one thread. */
final class Benchmark {
  private static final String PROMPT = "Say in one short sentence what a lighthouse keeper does.";
  private static final int SAMPLE = 4000;

  /** Seconds: what is said at once says nothing of speed. */
  private static final double SHORTEST = 0.001;

  private static final double CHARACTERS_PER_TOKEN = 4;

  private final long begun = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private long first;
  private long counted = -1;
  private boolean finished;

  private record Chunk(List<Choice> choices, Usage usage, Failure error) {}

  private record Choice(Part delta, Part message, String finishReason) {}

  /**
   * @param content also a blank one, which readers of texts leave out
   */
  private record Part(Object content) {}

  private record Usage(Long completionTokens) {}

  private record Failure(String message) {}

  /**
   * What was measured.
   *
   * @param firstMs null when there was no token
   */
  record Result(
      double elapsedMs,
      Double firstMs,
      long tokens,
      double tokensPerSecond,
      String sample,
      boolean estimated) {}

  /** Asks the model, named as a completion must name it. */
  Result run(
      RunnerApi runner, String model, BenchmarkOrder order, Bounds bounds, BooleanSupplier gone)
      throws UpstreamFailure {
    runner.chat(body(model, order), bounds, gone, this::read);
    if (!finished) {
      throw new UpstreamFailure(Kind.BAD, "the answer ended before it was whole");
    }
    return result(System.nanoTime());
  }

  private static String body(String model, BenchmarkOrder order) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", model);
    String prompt = Objects.requireNonNullElse(order.prompt(), PROMPT);
    body.put("messages", List.of(Map.of("role", "user", "content", prompt)));
    body.put("temperature", 0);
    body.put("max_tokens", order.maxTokens());
    body.put("stream", true);
    body.put("stream_options", Map.of("include_usage", true));
    return Json.write(body);
  }

  private boolean read(String line) throws UpstreamFailure {
    String data =
        line.startsWith("data:") ? line.substring("data:".length()).strip() : line.strip();
    if (data.isEmpty() || data.startsWith(":") || data.startsWith("event:")) {
      return true;
    }
    if (data.equals("[DONE]")) {
      finished = true;
      return false;
    }
    take(chunk(data));
    return true;
  }

  private static Chunk chunk(String data) throws UpstreamFailure {
    try {
      return LenientJson.read(Json.parse(data), Chunk.class);
    } catch (JsonProcessingException e) {
      throw new UpstreamFailure(Kind.BAD, "a piece of its answer is not JSON");
    }
  }

  private void take(Chunk chunk) throws UpstreamFailure {
    if (chunk.error() != null) {
      String said = StrangersWords.of(String.valueOf(chunk.error().message()), "");
      throw new UpstreamFailure(Kind.BAD, said);
    }
    for (Choice choice : chunk.choices()) {
      Part part = choice.delta() == null ? choice.message() : choice.delta();
      if (part != null && part.content() instanceof String token && !token.isEmpty()) {
        first = first == 0 ? System.nanoTime() : first;
        text.append(token);
      }
      finished |= choice.finishReason() != null;
    }
    if (chunk.usage() != null && chunk.usage().completionTokens() != null) {
      counted = Math.max(0, chunk.usage().completionTokens());
    }
  }

  private Result result(long now) {
    String whole = text.toString().strip();
    boolean estimated = counted < 0;
    long tokens = estimated ? estimate(whole) : counted;
    double seconds = Math.max(SHORTEST, (now - first) / 1e9);
    double speed = whole.isEmpty() ? 0 : tokens / seconds;
    return new Result(
        rounded((now - begun) / 1e6, 10),
        first == 0 ? null : (Double) rounded((first - begun) / 1e6, 10),
        tokens,
        rounded(speed, 100),
        whole.length() > SAMPLE ? whole.substring(0, SAMPLE) : whole,
        estimated);
  }

  private static long estimate(String text) {
    return text.isEmpty() ? 0 : Math.max(1, Math.round(text.length() / CHARACTERS_PER_TOKEN));
  }

  private static double rounded(double value, double unit) {
    return Math.round(value * unit) / unit;
  }
}
