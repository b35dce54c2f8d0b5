package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.Plan.Edge;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.GraphFacts.EdgeFacts;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonPreview;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Reads the edges between steps from each of their notations. */
final class PlanEdges {
  private PlanEdges() {}

  /** Edges between these steps; all others are dropped. */
  static List<Edge> listed(List<EdgeFacts> listed, Set<String> ids) {
    List<Edge> edges = new ArrayList<>();
    for (EdgeFacts reported : listed) {
      String from = Texts.first(reported.from(), reported.fromNode(), reported.source());
      String to = Texts.first(reported.to(), reported.toNode(), reported.target());
      if (ids.contains(from) && ids.contains(to)) {
        ObjectNode shown =
            json(from, to, Texts.first(reported.event(), reported.messageType(), reported.on()));
        String id = Texts.first(reported.id(), reported.edgeId());
        if (id != null) {
          shown.put("id", id);
        }
        put(shown, "required", reported.required());
        put(shown, "accepts", reported.accepts());
        put(shown, "condition", reported.condition());
        edges.add(new Edge(from, to, shown));
      }
    }
    return edges;
  }

  private static void put(ObjectNode shown, String name, JsonNode reported) {
    if (reported != null) {
      shown.set(name, JsonPreview.cut(reported));
    }
  }

  /** Edges of the ledger between these steps. */
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

  /** Edges of steps that list their next steps themselves. */
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
