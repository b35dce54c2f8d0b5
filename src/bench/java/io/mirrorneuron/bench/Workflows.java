package io.mirrorneuron.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** Bodies of {@code POST /jobs}. */
final class Workflows {
  private static final int LINE_BYTES = 100;

  private Workflows() {}

  /** Three routers in a row. */
  static String routers() {
    return chain("router", Json.object().put("emit_type", "parcel"));
  }

  /** Three executors in a row, each of which starts {@code /bin/true}. */
  static String processes() {
    ObjectNode config = Json.object();
    config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
    config.put("output_message_type", "parcel").putArray("command").add("/bin/true");
    return chain("executor", config);
  }

  /** Executors in a row, each of which runs a script of Python that the bundle has. */
  static String scripts(int steps, String name, String script, int number) {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, "scripts-" + steps, "s0");
    for (int i = 0; i < steps; i++) {
      ObjectNode config = node(manifest, "s" + i, "executor").putObject("config");
      config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
      config.putArray("command").add("python3").add(name);
      config.put("upload_path", "work").put("upload_as", "work");
      config.put("workdir", "/sandbox/job/work").put("output_message_type", "parcel");
      config.putObject("environment").put("N", Integer.toString(number));
      if (i > 0) {
        edge(manifest, "s" + (i - 1), "s" + i, "parcel");
      }
    }
    body.putObject("payloads").put("work/" + name, script);
    return Json.write(body);
  }

  /** Executors that run at the same time and print, in turn on stdout and on stderr. */
  static String printers(int programs, long bytes) {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, "printers", "plan");
    node(manifest, "plan", "router");
    for (int i = 0; i < programs; i++) {
      ObjectNode config = node(manifest, "p" + i, "executor").putObject("config");
      config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
      config
          .putArray("command")
          .add("sh")
          .add("-c")
          .add(printer(bytes) + (i % 2 == 0 ? "" : " >&2"));
      edge(manifest, "plan", "p" + i, "*");
      edge(manifest, "p" + i, "join", "*");
    }
    ObjectNode config = node(manifest, "join", "aggregator").putObject("config");
    config.put("complete_after", programs).put("complete_run", true);
    return Json.write(body);
  }

  /** A command that prints so many bytes in lines of {@value #LINE_BYTES}. */
  static String printer(long bytes) {
    return "yes '"
        + "a line of a log, ".repeat(6).substring(0, LINE_BYTES - 1)
        + "' | head -c "
        + bytes;
  }

  /** One {@code /bin/true} on a node that has this attribute. */
  static String bound(String attribute, String value) {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, "bound", "work");
    ObjectNode node = node(manifest, "work", "executor");
    node.putArray("constraints").addObject().put("attribute", attribute).put("value", value);
    ObjectNode config = node.putObject("config");
    config.put("runner_module", "MirrorNeuron.Runner.HostLocal");
    config.putArray("command").add("/bin/true");
    return Json.write(body);
  }

  /** A router hands its input to {@code width} sensors; an aggregator waits for all of them. */
  static String fanOut(int width) {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, "fan-out-" + width, "plan");
    node(manifest, "plan", "router");
    for (int i = 0; i < width; i++) {
      node(manifest, "s" + i, "sensor");
      edge(manifest, "plan", "s" + i, "*");
      edge(manifest, "s" + i, "join", "*");
    }
    ObjectNode config = node(manifest, "join", "aggregator").putObject("config");
    config.put("complete_after", width).put("complete_run", true);
    return Json.write(body);
  }

  /** A service that has handled its first message and waits for the next; it never ends. */
  static String idle() {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, "idle", "desk").put("type", "service");
    node(manifest, "desk", "router");
    node(manifest, "shelf", "aggregator").putObject("config").put("complete_after", 1000);
    edge(manifest, "desk", "shelf", "*");
    return Json.write(body);
  }

  /** An idle service that offers services, each with as many checks that connect to the port. */
  static String serving(int services, int checks, int port) {
    ObjectNode body = Json.parseObject(idle(), "workflow");
    ArrayNode offered = ((ObjectNode) body.path("manifest_json")).putArray("services");
    for (int i = 0; i < services; i++) {
      ArrayNode of =
          offered.addObject().put("name", "bench-" + i).put("port", port).putArray("checks");
      for (int check = 0; check < checks; check++) {
        of.addObject().put("type", "tcp").put("interval_ms", 1000);
      }
    }
    return Json.write(body);
  }

  private static String chain(String agentType, ObjectNode config) {
    ObjectNode body = Json.object();
    ObjectNode manifest = manifest(body, agentType + "-chain", "first");
    for (String id : new String[] {"first", "second", "third"}) {
      node(manifest, id, agentType).set("config", config);
    }
    edge(manifest, "first", "second", "parcel");
    edge(manifest, "second", "third", "parcel");
    return Json.write(body);
  }

  private static ObjectNode manifest(ObjectNode body, String graph, String entrypoint) {
    ObjectNode manifest = body.putObject("manifest_json");
    manifest.put("manifest_version", "1.0").put("graph_id", graph);
    manifest.putArray("entrypoints").add(entrypoint);
    manifest.putObject("initial_inputs").putArray(entrypoint).addObject().put("parcel", "P-1");
    return manifest;
  }

  private static ObjectNode node(ObjectNode manifest, String id, String agentType) {
    return manifest.withArray("nodes").addObject().put("node_id", id).put("agent_type", agentType);
  }

  private static void edge(ObjectNode manifest, String from, String to, String type) {
    manifest
        .withArray("edges")
        .addObject()
        .put("from_node", from)
        .put("to_node", to)
        .put("message_type", type);
  }
}
