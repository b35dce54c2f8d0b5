package io.mirrorneuron.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.models.BoundedHttp.Bounds;
import io.mirrorneuron.models.BoundedHttp.Call;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure;
import io.mirrorneuron.models.BoundedHttp.UpstreamFailure.Kind;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Client of Docker Model Runner. Of its possible addresses, the last that answered is tried first.
 * Blocking. Thread-safe.
 */
final class RunnerApi {
  static final String CALLED = "Docker Model Runner";
  private static final Bounds LIST =
      new Bounds(Duration.ofSeconds(4), Duration.ofSeconds(4), 4 << 20, 4 << 20);
  private static final Bounds SHORT =
      new Bounds(Duration.ofSeconds(60), Duration.ofSeconds(60), 1 << 20, 1 << 20);

  private final BoundedHttp http;
  private final List<URI> roots;
  private volatile URI answering;

  private record Wrapped(List<Listed> models) {}

  private record Listed(String id, List<String> tags) {}

  /** A line of a pull, in the forms of several releases. */
  private record Line(String type, String message, long total, long pulled, Layer layer) {}

  private record Layer(String id, long size, long current) {}

  RunnerApi(BoundedHttp http, List<URI> roots) {
    this.http = http;
    this.roots = List.copyOf(roots);
  }

  /** Where it has answered last; before that, the first place where it may be. Null for none. */
  URI root() {
    URI known = answering;
    return known != null || roots.isEmpty() ? known : roots.getFirst();
  }

  /** The names of all models that are installed. */
  Set<String> list() throws UpstreamFailure {
    List<String> reasons = new ArrayList<>();
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (URI root : inOrder()) {
      try {
        Set<String> names = names(http.text(call("GET", root, "/models", null), LIST));
        answering = root;
        return names;
      } catch (UpstreamFailure e) {
        kinds.add(e.kind());
        reasons.add(root + ": " + e.getMessage());
      }
    }
    answering = null;
    String reason =
        roots.isEmpty() ? "model.runner_api_base names none" : String.join("; ", reasons);
    throw new UpstreamFailure(
        kinds.contains(Kind.BAD) ? Kind.BAD : kinds.contains(Kind.LATE) ? Kind.LATE : Kind.AWAY,
        reason);
  }

  private List<URI> inOrder() {
    List<URI> order = new ArrayList<>(roots);
    URI known = answering;
    if (known != null) {
      order.remove(known);
      order.addFirst(known);
    }
    return order;
  }

  private static Set<String> names(String text) throws UpstreamFailure {
    try {
      Object document = Json.MAPPER.readValue(text, Object.class);
      if (!(document instanceof List<?> list)) {
        throw new UpstreamFailure(Kind.BAD, "what it answered is no list of models");
      }
      Wrapped read =
          LenientJson.read(Json.MAPPER.valueToTree(Map.of("models", list)), Wrapped.class);
      Set<String> names = new LinkedHashSet<>();
      for (Listed model : read.models()) {
        if (model.tags().isEmpty() && model.id() != null) {
          names.add(model.id());
        }
        names.addAll(model.tags());
      }
      return names;
    } catch (JsonProcessingException e) {
      throw new UpstreamFailure(Kind.BAD, "what it answered is not JSON");
    }
  }

  /** Is told how far a pull is. */
  @FunctionalInterface
  interface Pulling {
    void at(String message, long pulled, long total);
  }

  /**
   * Pulls a model. What was pulled before and broken off is not pulled again.
   *
   * @throws UpstreamFailure when it ends without the model
   */
  void pull(String model, Bounds bounds, Pulling pulling) throws UpstreamFailure {
    PullLines lines = new PullLines(pulling);
    http.lines(
        call("POST", here(), "/models/create", Json.write(Map.of("from", model))),
        bounds,
        () -> false,
        lines::read);
  }

  /**
   * @param model as {@link #list} tells it
   */
  void delete(String model) throws UpstreamFailure {
    String path =
        Arrays.stream(model.split("/"))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("%3A", ":"))
            .collect(Collectors.joining("/"));
    http.text(call("DELETE", here(), "/models/" + path, null), SHORT);
  }

  /** Streams a completion. */
  void chat(String body, Bounds bounds, BooleanSupplier gone, BoundedHttp.LineReader reader)
      throws UpstreamFailure {
    http.lines(call("POST", here(), "/engines/v1/chat/completions", body), bounds, gone, reader);
  }

  private URI here() throws UpstreamFailure {
    URI root = root();
    if (root == null) {
      throw new UpstreamFailure(Kind.AWAY, "model.runner_api_base names none");
    }
    return root;
  }

  private static Call call(String method, URI root, String path, String body) {
    return new Call(method, URI.create(root + path), body, "");
  }

  /** Adds up what the lines of a pull say. */
  private static final class PullLines {
    private final Pulling pulling;
    private final Map<String, Layer> layers = new java.util.HashMap<>();

    PullLines(Pulling pulling) {
      this.pulling = pulling;
    }

    boolean read(String text) throws UpstreamFailure {
      if (text.isBlank()) {
        return true;
      }
      Line line = parsed(text);
      if ("error".equals(line.type())) {
        throw new UpstreamFailure(Kind.BAD, UntrustedText.of(String.valueOf(line.message()), ""));
      }
      if (line.layer() != null && line.layer().id() != null) {
        layers.put(line.layer().id(), line.layer());
      }
      long current = layers.values().stream().mapToLong(Layer::current).sum();
      long size = layers.values().stream().mapToLong(Layer::size).sum();
      pulling.at(
          line.message() == null ? "pulling" : UntrustedText.of(line.message(), ""),
          Math.max(line.pulled(), current),
          Math.max(line.total(), size));
      return true;
    }

    private static Line parsed(String text) throws UpstreamFailure {
      try {
        return LenientJson.read(Json.parse(text), Line.class);
      } catch (JsonProcessingException e) {
        throw new UpstreamFailure(Kind.BAD, "a line of its progress is not JSON");
      }
    }
  }
}
