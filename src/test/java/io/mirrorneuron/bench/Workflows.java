package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** Chains of three agents, as bodies of {@code POST /jobs}. */
final class Workflows {
  private Workflows() {}

  static String routers() {
    return chain("router", Json.object().put("emit_type", "parcel"));
  }

  /** Each step starts {@code /bin/true}. */
  static String processes() {
    ObjectNode config = Json.object();
    config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
    config.put("output_message_type", "parcel").putArray("command").add("/bin/true");
    return chain("executor", config);
  }

  private static String chain(String agentType, ObjectNode config) {
    ObjectNode body = Json.object();
    ObjectNode manifest = body.putObject("manifest_json");
    manifest.put("manifest_version", "1.0").put("graph_id", agentType + "-chain");
    manifest.putArray("entrypoints").add("first");
    manifest.putObject("initial_inputs").putArray("first").addObject().put("parcel", "P-1");
    ArrayNode nodes = manifest.putArray("nodes");
    for (String id : new String[] {"first", "second", "third"}) {
      ObjectNode node = nodes.addObject().put("node_id", id).put("agent_type", agentType);
      node.set("config", config);
    }
    ArrayNode edges = manifest.putArray("edges");
    edge(edges, "first", "second");
    edge(edges, "second", "third");
    return Json.write(body);
  }

  private static void edge(ArrayNode edges, String from, String to) {
    edges.addObject().put("from_node", from).put("to_node", to).put("message_type", "parcel");
  }
}
