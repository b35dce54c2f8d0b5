package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.NodeStock;
import io.mirrorneuron.store.ResourceLimits.Resource;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A runtime whose machine has one card, and jobs for it.
 *
 * @param limits that hold; may be changed
 */
record CardRuntime(RuntimeFixture fixture, Map<Resource, Integer> limits) implements AutoCloseable {
  private static final List<Hardware.Gpu> GPUS =
      List.of(
          new Hardware.Gpu(
              "GPU-a", 0, "RTX", Hardware.Software.cuda("550", "12.4"), 8000, 0, 8000, 0));

  static CardRuntime start(Path home) {
    Hardware some = RuntimeFixture.HARDWARE;
    Hardware hardware =
        new Hardware(some.family(), some.os(), some.cpu(), some.memory(), some.disk(), GPUS);
    Map<Resource, Integer> limits = new ConcurrentHashMap<>();
    return new CardRuntime(
        RuntimeFixture.on(
            home,
            new NodeMachine(
                () -> hardware,
                GpuInventory.of(GPUS),
                new NodeStock("mirror_neuron@test", () -> hardware, () -> limits))),
        limits);
  }

  static Submission asking(String resources, String script) {
    return asking(resources, "", "", script);
  }

  /**
   * A job of one agent, {@code work}, that completes it.
   *
   * @param services of the agent; empty for none
   * @param config further members of its config
   */
  static Submission asking(String resources, String services, String config, String script) {
    ObjectNode manifest =
        Json.parseObject(
            """
            {"manifest_version":"1.0","graph_id":"given","entrypoints":["work"],
             "nodes":[{"node_id":"work","agent_type":"executor",
               "config":{%s"complete_run":true,"complete_on_message":true}}]}
            """
                .formatted(config),
            "manifest");
    ObjectNode node = (ObjectNode) manifest.at("/nodes/0");
    node.set("resources", Json.parseObject(resources, "resources"));
    if (!services.isEmpty()) {
      node.set("services", Json.parseObject(services, "services"));
    }
    node.withObject("config").putArray("command").add("sh").add("-c").add(script);
    return new Submission(Json.write(manifest), new Payloads.Inline(Map.of()), null);
  }

  @Override
  public void close() {
    fixture.close();
  }
}
