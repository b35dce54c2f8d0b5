package io.mirrorneuron.runtime.state;

import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds the programs of a stored job that have their slots. */
public final class StoredExecutions {
  private static final String AGENT = "a:";
  private static final String STEP = "s:";

  private record Lease(String node) {}

  private record FlightFields(boolean parked, Lease lease) {}

  private record Box(FlightFields flight) {}

  private record Boxes(Map<String, Box> mailboxes) {}

  private record Running(String agent, String node) {}

  private StoredExecutions() {}

  /**
   * Agents whose programs run on a node.
   *
   * @param job an outline is enough
   * @param home the node of the job
   */
  public static TreeSet<String> agentsAt(String node, StoredJob job, String home) {
    TreeSet<String> agents = new TreeSet<>();
    job.fields().entrySet().stream()
        .flatMap(field -> running(field.getKey(), field.getValue()))
        .filter(running -> node.equals(Objects.requireNonNullElse(running.node, home)))
        .forEach(running -> agents.add(running.agent));
    return agents;
  }

  private static Stream<Running> running(String field, String json) {
    if (field.startsWith(AGENT)) {
      Box box = LenientJson.read(Json.parseObject(json, "record of an agent"), Box.class);
      return running(field.substring(AGENT.length()), box);
    }
    if (!field.startsWith(STEP)) {
      return Stream.empty();
    }
    Boxes boxes = LenientJson.read(Json.parseObject(json, "record of a step"), Boxes.class);
    return boxes.mailboxes.entrySet().stream()
        .flatMap(box -> running(box.getKey(), box.getValue()));
  }

  private static Stream<Running> running(String agent, Box box) {
    FlightFields flight = box.flight;
    return flight == null || flight.parked || flight.lease == null
        ? Stream.empty()
        : Stream.of(new Running(agent, flight.lease.node));
  }
}
