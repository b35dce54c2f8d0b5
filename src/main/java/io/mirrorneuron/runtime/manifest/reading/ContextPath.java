package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A dotted path into the context of a condition, for example {@code message.body.items.0.price}.
 * Numbers are positions in lists.
 */
final class ContextPath {
  static final String ROOTS =
      "message.body, message.headers, message.type, message.class, message.from, message.to,"
          + " payload, state or agent_state";

  private static final String HEADERS = "message.headers";
  private static final Map<String, Function<Context, JsonNode>> READERS =
      Map.of(
          "message.body",
          Context::body,
          HEADERS,
          Context::headers,
          "message.type",
          context -> step(context.envelope(), "type"),
          "message.class",
          context -> step(context.envelope(), "class"),
          "message.from",
          context -> step(context.envelope(), "from"),
          "message.to",
          context -> step(context.envelope(), "to"),
          "payload",
          Context::body,
          "state",
          Context::agentState,
          "agent_state",
          Context::agentState);

  private final String text;
  private final Function<Context, JsonNode> root;
  private final List<String> steps;

  /** Names of headers have dots in them, so the rest of the path may be one name. */
  private final String headerName;

  private ContextPath(String text, String root, List<String> steps) {
    this.text = text;
    this.root = READERS.get(root);
    this.steps = steps;
    this.headerName = root.equals(HEADERS) ? String.join(".", steps) : null;
  }

  /** Empty when the path has an empty segment or does not start at one of {@link #ROOTS}. */
  static Optional<ContextPath> parse(String text) {
    List<String> segments = List.of(text.trim().split("\\.", -1));
    int rootLength = segments.getFirst().equals("message") ? 2 : 1;
    if (segments.size() < rootLength || segments.stream().anyMatch(String::isBlank)) {
      return Optional.empty();
    }
    String root = String.join(".", segments.subList(0, rootLength));
    return READERS.containsKey(root)
        ? Optional.of(
            new ContextPath(text.trim(), root, segments.subList(rootLength, segments.size())))
        : Optional.empty();
  }

  /** The value at the path, or a null node. */
  JsonNode read(Context context) {
    JsonNode node = root.apply(context);
    if (headerName != null && node != null && node.hasNonNull(headerName)) {
      return node.get(headerName);
    }
    return follow(node, steps);
  }

  /** The value at the end of the steps, or a null node. */
  static JsonNode follow(JsonNode from, List<String> steps) {
    JsonNode node = from;
    for (String step : steps) {
      node = step(node, step);
    }
    return node == null || node.isMissingNode() ? NullNode.getInstance() : node;
  }

  private static JsonNode step(JsonNode node, String step) {
    if (node == null) {
      return null;
    }
    return node.isArray() ? node.get(position(step)) : node.get(step);
  }

  private static int position(String step) {
    boolean isNumber = step.length() < 10 && step.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Integer.parseInt(step) : -1;
  }

  @Override
  public String toString() {
    return text;
  }
}
