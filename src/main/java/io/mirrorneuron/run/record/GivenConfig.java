package io.mirrorneuron.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a manifest tells its programs as their configuration; to be read leniently. */
record GivenConfig(Nodes agents, List<Node> nodes, Nodes flow, Metadata metadata) {
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** What all programs of a blueprint that was launched are told. */
  private record Metadata(Object blueprintConfig) {}

  private record Nodes(List<Node> nodes) {}

  private record Node(Config config) {}

  private record Config(Environment environment) {}

  private record Environment(@JsonProperty("MN_BLUEPRINT_CONFIG_JSON") Object config) {}

  /** That of the first node which has one that can be read; else that of the launch. */
  Optional<Map<String, Object>> config() {
    Stream<Object> ofNodes =
        Stream.of(nodes(agents), nodes.stream(), nodes(flow))
            .flatMap(each -> each)
            .map(Node::config)
            .filter(Objects::nonNull)
            .map(Config::environment)
            .filter(Objects::nonNull)
            .map(Environment::config);
    Stream<Object> ofAll = Stream.ofNullable(metadata).map(Metadata::blueprintConfig);
    return Stream.concat(ofNodes, ofAll)
        .filter(Objects::nonNull)
        .flatMap(config -> read(config).stream())
        .findFirst();
  }

  private static Stream<Node> nodes(Nodes nodes) {
    return nodes == null ? Stream.empty() : nodes.nodes().stream();
  }

  private static Optional<Map<String, Object>> read(Object config) {
    try {
      return switch (config) {
        case String text -> Optional.ofNullable(Json.MAPPER.readValue(text, OBJECT));
        case Map<?, ?> object -> Optional.of(Json.MAPPER.convertValue(object, OBJECT));
        default -> Optional.empty();
      };
    } catch (JsonProcessingException e) {
      return Optional.empty(); // the program's to complain about
    }
  }
}
