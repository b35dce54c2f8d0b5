package io.mirrorneuron.models;

import io.mirrorneuron.models.PacedAnswer.Piece;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a fake model says: always the same to the same question. Pure. */
final class FakeChat {
  private static final String ANSWER =
      "This answer is made up – no model was asked. The question had %d words; a real one would"
          + " now say what it thinks of: “%s”";
  private static final int QUOTED = 80;

  /** A chat as it is asked for. */
  record Asked(
      String model,
      List<Message> messages,
      Integer maxTokens,
      boolean stream,
      Options streamOptions) {}

  record Message(String role, String content) {}

  record Options(boolean includeUsage) {}

  private FakeChat() {}

  private static List<String> tokens(Asked asked) {
    String question =
        asked.messages().isEmpty()
            ? ""
            : String.valueOf(asked.messages().getLast().content()).strip();
    int words = question.isEmpty() ? 0 : question.split("\\s+").length;
    String quoted = question.length() > QUOTED ? question.substring(0, QUOTED) + "…" : question;
    List<String> tokens =
        Arrays.asList(ANSWER.formatted(words, quoted).split("(?<=\\s)")); // each with its blank
    int limit = asked.maxTokens() == null ? tokens.size() : Math.max(1, asked.maxTokens());
    return tokens.subList(0, Math.min(limit, tokens.size()));
  }

  /** Characters by four, as is usual where nobody counts. */
  private static Map<String, Object> usage(Asked asked, int answered) {
    int characters =
        asked.messages().stream().mapToInt(one -> String.valueOf(one.content()).length()).sum();
    int prompt = Math.max(1, characters / 4);
    return ordered(
        "prompt_tokens", prompt, "completion_tokens", answered, "total_tokens", prompt + answered);
  }

  /** The answer as one document. */
  static Map<String, Object> whole(Asked asked) {
    List<String> tokens = tokens(asked);
    Map<String, Object> message =
        ordered("role", "assistant", "content", String.join("", tokens).stripTrailing());
    Map<String, Object> document = head(asked, "chat.completion");
    document.put(
        "choices", List.of(ordered("index", 0, "message", message, "finish_reason", "stop")));
    document.put("usage", usage(asked, tokens.size()));
    return document;
  }

  /** The answer as server-sent events, each token at its time. */
  static List<Piece> streamed(Asked asked, Duration first, Duration each) {
    List<Piece> pieces = new ArrayList<>();
    List<String> tokens = tokens(asked);
    for (String token : tokens) {
      pieces.add(
          event(pieces.isEmpty() ? first : each, chunk(asked, ordered("content", token), null)));
    }
    pieces.add(event(Duration.ZERO, chunk(asked, ordered(), "stop")));
    if (asked.streamOptions() != null && asked.streamOptions().includeUsage()) {
      Map<String, Object> counts = head(asked, "chat.completion.chunk");
      counts.put("choices", List.of());
      counts.put("usage", usage(asked, tokens.size()));
      pieces.add(event(Duration.ZERO, Json.write(counts)));
    }
    pieces.add(event(Duration.ZERO, "[DONE]"));
    return pieces;
  }

  private static Piece event(Duration pause, String data) {
    return new Piece(pause, () -> Buffer.buffer("data: " + data + "\n\n"));
  }

  private static String chunk(Asked asked, Map<String, Object> delta, String end) {
    Map<String, Object> document = head(asked, "chat.completion.chunk");
    document.put("choices", List.of(ordered("index", 0, "delta", delta, "finish_reason", end)));
    return Json.write(document);
  }

  private static Map<String, Object> head(Asked asked, String kind) {
    return ordered("id", "chatcmpl-fake", "object", kind, "created", 0, "model", asked.model());
  }

  private static Map<String, Object> ordered(Object... members) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      map.put((String) members[i], members[i + 1]);
    }
    return map;
  }
}
