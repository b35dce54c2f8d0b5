package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** Counts agents by their status. */
final class AgentCounts {
  private int done;
  private int running;
  private int idle;
  private int ready;
  private int failed;
  private int total;

  void add(WorkState agent) {
    total++;
    ready += agent.status.isSound() ? 1 : 0;
    switch (agent.status) {
      case DONE -> done++;
      case RUNNING -> running++;
      case IDLE -> idle++;
      case FAILED -> failed++;
      default -> {
        // in the total only
      }
    }
  }

  int total() {
    return total;
  }

  ObjectNode json() {
    ObjectNode json = Json.object().put("done", done).put("running", running);
    return json.put("idle", idle).put("ready", ready).put("failed", failed).put("total", total);
  }
}
