package io.mirrorneuron.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds variables that look like settings and are none. They are told, not refused: a server that
 * is started inside a program carries many that are not meant for it.
 *
 * @param settings the variables that set something
 * @param known others that are told to nobody; a {@code *} at the end stands for any rest
 * @param unused others that mean something to other builds
 */
record UnknownVariables(Set<String> settings, List<String> known, List<String> unused) {
  private static final String PREFIX = "MN_";

  /**
   * @param names the document {@code conf/variables.yaml}
   */
  static UnknownVariables of(Set<String> settings, JsonNode names) {
    return new UnknownVariables(settings, texts(names.path("known")), texts(names.path("unused")));
  }

  private static List<String> texts(JsonNode list) {
    return Json.elements(list).map(JsonNode::asText).toList();
  }

  /** A sentence for each that may be misspelt, and one for all that are unused. */
  List<String> among(Collection<String> variables) {
    List<String> sentences = new ArrayList<>();
    Set<String> idle = new TreeSet<>();
    for (String variable : new TreeSet<>(variables)) {
      if (!variable.startsWith(PREFIX) || settings.contains(variable) || matches(known, variable)) {
        continue;
      }
      if (matches(unused, variable)) {
        idle.add(variable);
      } else {
        sentences.add(variable + " sets nothing: there is no such setting" + meant(variable));
      }
    }
    if (!idle.isEmpty()) {
      sentences.add("this build does not use " + String.join(", ", idle));
    }
    return sentences;
  }

  private static boolean matches(List<String> patterns, String variable) {
    return patterns.stream()
        .anyMatch(
            pattern ->
                pattern.endsWith("*")
                    ? variable.startsWith(pattern.substring(0, pattern.length() - 1))
                    : variable.equals(pattern));
  }

  private String meant(String variable) {
    List<String> names =
        Stream.concat(settings.stream(), unused.stream())
            .map(name -> name.substring(PREFIX.length()))
            .toList();
    return NearestMatch.of(variable.substring(PREFIX.length()), names)
        .map(near -> "; did you mean " + PREFIX + near + "?")
        .orElse("");
  }
}
