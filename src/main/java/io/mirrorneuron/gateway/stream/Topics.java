package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.StreamTokens;
import io.vertx.openapi.contract.Location;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The streams that have a topic, {@code TOPIC:PATH_PARAMETER[?QUERY]}. */
public final class Topics {
  private final Map<String, LiveStream> streams;

  public Topics(Collection<LiveStream> all) {
    streams =
        all.stream()
            .filter(stream -> stream.operation().stream().topic() != null)
            .collect(Collectors.toMap(stream -> stream.operation().stream().topic(), s -> s));
  }

  /**
   * The subscription for a topic.
   *
   * @param after the cursor; null to begin at the topic's own
   * @throws MnException NOT_FOUND, FORBIDDEN, MALFORMED
   * @throws Refusal when its parameters do not fit the stream
   */
  Subscription find(String topic, String after, Principal caller) {
    int colon = topic.indexOf(':');
    LiveStream stream = colon < 0 ? null : streams.get(topic.substring(0, colon));
    if (stream == null) {
      throw MnException.notFound("topic", topic);
    }
    if (stream.operation().role() != null) {
      caller.requireRole(stream.operation().role());
    }
    int question = topic.indexOf('?', colon);
    int end = question < 0 ? topic.length() : question;
    // A plus stands for itself in a path.
    String argument = decoded(topic.substring(colon + 1, end).replace("+", "%2B"));
    if (argument.isEmpty()) {
      throw MnException.notFound("topic", topic);
    }
    List<Map.Entry<String, String>> given =
        query(question < 0 ? "" : topic.substring(question + 1));
    stream.check().queryNames().check(given.stream().map(Map.Entry::getKey).toList());
    Map<String, String> query = new HashMap<>();
    given.forEach(parameter -> query.put(parameter.getKey(), parameter.getValue()));
    if (query.containsKey(StreamTokens.PARAMETER)) {
      throw new MnException(
          ErrorCode.MALFORMED, "malformed_topic", "a topic takes no token; the socket has one");
    }
    if (after != null) {
      query.put(stream.operation().stream().cursor(), after);
    }
    return stream.subscribe(
        (in, name) ->
            switch (in) {
              case PATH -> argument;
              case QUERY -> query.get(name);
              case Location other -> null;
            },
        null); // the expiry belongs to the socket, which closes with the token
  }

  private static List<Map.Entry<String, String>> query(String text) {
    List<Map.Entry<String, String>> query = new ArrayList<>();
    for (String pair : text.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      String[] sides = pair.split("=", 2);
      query.add(Map.entry(decoded(sides[0]), sides.length == 1 ? "" : decoded(sides[1])));
    }
    return query;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MnException(ErrorCode.MALFORMED, "malformed_topic", "the topic is malformed");
    }
  }
}
