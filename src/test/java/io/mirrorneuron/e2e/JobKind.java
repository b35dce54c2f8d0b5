package io.mirrorneuron.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A kind of job that runs while servers are killed, and how each of its jobs must end, whatever is
 * killed meanwhile. {@link #all} is the list to add to.
 *
 * @param name part of the job's id
 * @param manifest made for one job from the name of its graph and randomness
 * @param command last part of the path of a POST that a client sends once the job is accepted, or
 *     null
 * @param status the only one in which the job may end
 * @param parts what its result must hold, each exactly once
 * @param found those parts, read from the job's full details
 */
record JobKind(
    String name,
    Manifest manifest,
    String command,
    String status,
    List<String> parts,
    Function<ObjectNode, List<String>> found) {

  /** Makes a manifest whose graph has the given name. */
  @FunctionalInterface
  interface Manifest {
    String of(String graph, Random random);
  }

  private static final List<String> NAMES = IntStream.range(0, 6).mapToObj(i -> "w" + i).toList();

  static List<JobKind> all() {
    return List.of(
        new JobKind(
            "fan",
            (graph, random) -> SampleManifests.fanOut(graph, NAMES, name -> sleep(random, 250)),
            null,
            "completed",
            NAMES,
            JobKind::joined),
        new JobKind(
            "chain",
            (graph, random) -> SampleManifests.programs(graph, 3, name -> sleep(random, 200)),
            null,
            "completed",
            List.of("p3", "p2", "p1"),
            JobKind::handedOn),
        new JobKind(
            "routers",
            (graph, random) -> SampleManifests.routers(graph, 5),
            null,
            "completed",
            List.of("6x7"),
            details -> messages(details).map(body -> body.path("question").asText()).toList()),
        new JobKind(
            "join",
            (graph, random) -> StepManifests.join(graph, NAMES, pause(random, 150)),
            null,
            "completed",
            NAMES,
            JobKind::inputs),
        new JobKind(
            "scatter",
            (graph, random) -> StepManifests.scatter(graph, 5, pause(random, 150)),
            null,
            "completed",
            List.of("map[0]", "map[1]", "map[2]", "map[3]", "map[4]"),
            JobKind::inputs),
        new JobKind(
            "broken",
            (graph, random) ->
                SampleManifests.program(graph, "sh", "-c", pause(random, 200) + "; exit 3"),
            null,
            "failed",
            List.of("work"),
            details -> List.of(details.at("/job/result/agent_id").asText())),
        new JobKind(
            "endless",
            (graph, random) -> SampleManifests.program(graph, "sh", "-c", "sleep 600 & sleep 600"),
            "cancel",
            "cancelled",
            List.of("cancelled by operator"),
            details -> List.of(details.at("/job/result/reason").asText())));
  }

  /** One whose every step is long enough to be met by a kill that comes at once. */
  static JobKind slow() {
    return new JobKind(
        "slow",
        (graph, random) ->
            SampleManifests.programs(graph, 3, name -> new String[] {"sh", "-c", "sleep 2"}),
        null,
        "completed",
        List.of("p3", "p2", "p1"),
        JobKind::handedOn);
  }

  private static String[] sleep(Random random, int millis) {
    return new String[] {"sh", "-c", pause(random, millis)};
  }

  private static String pause(Random random, int millis) {
    return "sleep 0.%03d".formatted(random.nextInt(5, millis));
  }

  /** Who answered to the sink of a fan-out. */
  private static List<String> joined(ObjectNode details) {
    return messages(details).map(body -> body.path("agent_id").asText()).toList();
  }

  /** Through whose hands the message of a chain went, the last first. */
  private static List<String> handedOn(ObjectNode details) {
    List<String> agents = new ArrayList<>();
    messages(details)
        .forEach(
            message -> {
              for (JsonNode body = message; body.has("agent_id"); body = body.path("input")) {
                agents.add(body.path("agent_id").asText());
              }
            });
    return agents;
  }

  /** Which steps the last one was given the outputs of; it prints its context. */
  private static List<String> inputs(ObjectNode details) {
    List<String> steps = new ArrayList<>();
    details.at("/job/result/output/workflow/inputs").fieldNames().forEachRemaining(steps::add);
    return steps;
  }

  private static Stream<JsonNode> messages(ObjectNode details) {
    return Json.elements(details.at("/job/result/output/messages"));
  }
}
