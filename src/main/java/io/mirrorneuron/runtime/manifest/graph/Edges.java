package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.Conditions;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.runtime.workflow.Workflow.Routing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

public final class Edges {
  public static final int MAX_EDGES = 200_000;

  private static final Members MEMBERS =
      Members.closed("edge_id", "id", "from_node", "from", "to_node", "to")
          .with(null, "message_type", "event", "routing_mode", "conditions", "condition");
  private static final Map<String, Routing> ROUTING =
      Map.of(
          "broadcast", Routing.BROADCAST,
          "first_match", Routing.FIRST_MATCH,
          "all_match", Routing.ALL_MATCH);

  private final Set<String> nodeIds;
  private final boolean uniqueIds;
  private final NearNames near;

  /** How often each id was used: a repeated id gets the next number as a suffix. */
  private final Map<String, Integer> taken = new HashMap<>();

  /**
   * @param uniqueIds whether a repeated id is an error
   */
  public Edges(Set<String> nodeIds, boolean uniqueIds) {
    this.nodeIds = nodeIds;
    this.uniqueIds = uniqueIds;
    this.near = new NearNames(nodeIds);
  }

  public List<Edge> read(List<ManifestValue> places) {
    List<Edge> edges = new ArrayList<>();
    for (ManifestValue place : places) {
      if (place.checkRequired(Shape.OBJECT)) {
        edges.add(edge(place));
      }
    }
    return edges;
  }

  private Edge edge(ManifestValue unnamed) {
    ManifestValue fromPlace = unnamed.find("from_node", "from");
    ManifestValue toPlace = unnamed.find("to_node", "to");
    String given = NameRules.readOptional(unnamed.find("edge_id", "id"));
    String id = given != null ? given : derivedId(unnamed, fromPlace, toPlace);
    ManifestValue place = unnamed.named(ManifestValue.shown(id));
    place.checkMembers(MEMBERS);
    String from = end(fromPlace, "from_node", place.name());
    String to = end(toPlace, "to_node", place.name());
    String type =
        NameRules.read(
            place.find("message_type", "event"),
            "edge " + place.name() + " must define message_type");
    ManifestValue conditions = place.at("conditions");
    if (conditions.isAbsent() && !place.at("condition").isAbsent()) {
      place.warn("edge %s: condition is not read; write conditions".formatted(place.name()));
    }
    Condition condition = Conditions.compile(conditions);
    String unique = unique(id);
    if (given != null && !unique.equals(given) && uniqueIds) {
      place.error(ManifestProblem.DUPLICATE, "duplicate edge_id " + place.name());
    } else if (given != null && !unique.equals(given)) {
      place.warn("edge_id %s is used more than once; one is now %s".formatted(given, unique));
    }
    return new Edge(unique, from, to, type, routing(place), condition);
  }

  private static String derivedId(ManifestValue edge, ManifestValue from, ManifestValue to) {
    boolean named = Shape.NAME.fits(from.value()) && Shape.NAME.fits(to.value());
    return named ? from.text() + "_" + to.text() : edge.name();
  }

  private String end(ManifestValue place, String member, String edge) {
    if (place.isAbsent()) {
      place.error(ManifestProblem.REQUIRED, "edge %s must define %s".formatted(edge, member));
      return null;
    }
    if (!nodeIds.contains(place.text())) {
      place.error(
          ManifestProblem.REFERENCE,
          "edge %s references missing %s %s%s"
              .formatted(edge, member, place.shown(), near.hint(place.asText())));
    }
    return place.text();
  }

  private static Routing routing(ManifestValue edge) {
    ManifestValue place = edge.at("routing_mode");
    if (place.isAbsent()) {
      return Routing.BROADCAST;
    }
    Routing routing = ROUTING.get(place.asText().toLowerCase(Locale.ROOT));
    if (routing == null) {
      place.error(
          ManifestProblem.UNSUPPORTED,
          "edge %s has unsupported routing_mode %s".formatted(edge.name(), place.shown()));
    }
    return routing;
  }

  private String unique(String id) {
    String candidate = id;
    while (taken.putIfAbsent(candidate, 1) != null) {
      candidate = id + "_" + taken.merge(id, 1, Integer::sum);
    }
    return candidate;
  }
}
