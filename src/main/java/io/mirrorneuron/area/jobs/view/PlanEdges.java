package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.Plan.Edge;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.EdgeFacts;
import io.mirrorneuron.wire.Excerpt;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Reads the edges between steps, however they are written. */
final class PlanEdges {
  private PlanEdges() {}

  /** Between those steps; others are left out. */
  static List<Edge> listed(List<EdgeFacts> listed, Set<String> ids) {
    List<Edge> edges = new ArrayList<>();
    for (EdgeFacts told : listed) {
      String from = Texts.first(told.from(), told.fromNode(), told.source());
      String to = Texts.first(told.to(), told.toNode(), told.target());
      if (ids.contains(from) && ids.contains(to)) {
        ObjectNode shown = json(from, to, Texts.first(told.event(), told.messageType(), told.on()));
        String id = Texts.first(told.id(), told.edgeId());
        if (id != null) {
          shown.put("id", id);
        }
        put(shown, "required", told.required());
        put(shown, "accepts", told.accepts());
        put(shown, "condition", told.condition());
        edges.add(new Edge(from, to, shown));
      }
    }
    return edges;
  }

  private static void put(ObjectNode shown, String name, JsonNode told) {
    if (told != null) {
      shown.set(name, Excerpt.cut(told));
    }
  }

  /** Of the ledger, between those steps. */
  static List<Edge> tracked(List<LedgerView.Edge> tracked, Set<String> ids) {
    List<Edge> edges = new ArrayList<>();
    for (LedgerView.Edge edge : tracked) {
      if (ids.contains(edge.from()) && ids.contains(edge.to())) {
        ObjectNode shown = json(edge.from(), edge.to(), null);
        if (edge.id() != null) {
          shown.put("id", edge.id());
        }
        shown.put("required", edge.required());
        edge.accepts().forEach(shown.putArray("accepts")::add);
        edges.add(new Edge(edge.from(), edge.to(), shown));
      }
    }
    return edges;
  }

  /** Of steps that say themselves which follow them. */
  static List<Edge> emitted(Collection<Plan.Step> steps, Set<String> ids) {
    List<Edge> edges = new ArrayList<>();
    for (Plan.Step step : steps) {
      for (String to : step.next()) {
        if (ids.contains(to)) {
          edges.add(new Edge(step.id(), to, json(step.id(), to, step.emits())));
        }
      }
    }
    return edges;
  }

  private static ObjectNode json(String from, String to, String event) {
    ObjectNode json = Json.object().put("from", from).put("to", to);
    return event == null ? json : json.put("event", event);
  }
}
