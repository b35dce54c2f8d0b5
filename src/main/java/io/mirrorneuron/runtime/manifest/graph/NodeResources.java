package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.Map;

/** Reads the {@code resources} of a node, beside its {@code config} or in it or both. */
final class NodeResources {
  private NodeResources() {}

  /** All resources, each with its own place; contradictions are an error. */
  static ManifestValue of(ManifestValue node) {
    ManifestValue beside = node.at("resources");
    ManifestValue within = node.find("config.resources");
    within.check(Shape.OBJECT);
    return isObject(beside) && isObject(within) ? merged(beside, within) : beside.or(within);
  }

  /** In contradictory stored manifests, the resources beside the config count. */
  private static ManifestValue merged(ManifestValue first, ManifestValue other) {
    ObjectNode all = Json.object().setAll((ObjectNode) first.value());
    Written places = new Written();
    for (String name : other.value().properties().stream().map(Map.Entry::getKey).toList()) {
      ManifestValue mine = first.at(name);
      ManifestValue its = other.at(name);
      if (mine.isAbsent()) {
        all.set(name, its.value());
        places.member(name).as(its);
      } else if (isObject(mine) && isObject(its)) {
        all.set(name, merged(mine, its).value());
      } else if (!its.isAbsent() && !isSame(mine.value(), its.value())) {
        its.refuse(
            ManifestProblem.CONFLICT,
            "%s (%s) contradicts %s (%s): keep one of them"
                .formatted(its.label(), its.shown(), mine.label(), mine.shown()));
      }
    }
    return first.withValue(all, places);
  }

  private static boolean isObject(ManifestValue place) {
    return place.value().isObject();
  }

  private static boolean isSame(JsonNode one, JsonNode other) {
    return one.equals(other)
        || one.isNumber()
            && other.isNumber()
            && one.decimalValue().compareTo(other.decimalValue()) == 0;
  }
}
