package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.manifest.graph.StepReader.DeclaredStep;
import io.mirrorneuron.runtime.manifest.reading.Conditions;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.StepGraph.Condition;
import io.mirrorneuron.runtime.workflow.StepGraph.StepEdge;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the order of steps: from the list of edges, and from {@code on} in steps. */
final class StepEdges {
  private static final Map<String, String> ACCEPTED =
      Map.of(
          "done", "done",
          "completed", "done",
          "partial", "partial",
          "skipped", "skipped",
          "failed", "failed");

  private static final Members MEMBERS =
      Members.closed("id", "edge_id", "from", "from_step", "to", "to_step", "event")
          .with(null, "message_type", "accepts", "condition", "conditions")
          .with(Shape.BOOLEAN, "required");
  private static final Set<String> FOLLOW = Set.of("success", "failure");

  private record Ends(String from, String to) {}

  private final Map<String, DeclaredStep> steps;
  private final List<StepEdge> edges = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private final Set<Ends> connected = new HashSet<>();
  private final NearNames near;
  private boolean sound = true;

  StepEdges(Map<String, DeclaredStep> steps) {
    this.steps = steps;
    this.near = new NearNames(steps.keySet());
  }

  /** The usable edges, those of the list before those of the steps. */
  List<StepEdge> read(ManifestValue list) {
    if (list.check(Shape.LIST) && list.checkLength(Edges.MAX_EDGES)) {
      for (ManifestValue place : list.items()) {
        if (place.checkRequired(Shape.OBJECT)) {
          readListed(place);
        } else {
          sound = false;
        }
      }
    }
    steps.forEach(this::readFollowers);
    return edges;
  }

  /**
   * Whether every edge was usable; if not, missing steps may only be a consequence and are not
   * reported.
   */
  boolean isSound() {
    return sound;
  }

  private void readListed(ManifestValue unnamed) {
    String given = NameRules.readOptional(unnamed.find("id", "edge_id"));
    ManifestValue place = given == null ? unnamed : unnamed.named(ManifestValue.shown(given));
    String from = end(place, place.find("from", "from_step"), "from");
    String to = end(place, place.find("to", "to_step"), "to");
    place.checkMembers(MEMBERS);
    Set<String> accepts = accepts(place.at("accepts"));
    Condition condition = Conditions.compile(place.find("condition", "conditions"));
    if (given != null && !ids.add(given)) {
      place.error(ManifestProblem.DUPLICATE, "duplicate workflow edge id " + place.name());
    }
    if (from != null && to != null) {
      add(place, given, from, to, place.asBoolean("required", true), accepts, condition);
    }
  }

  /**
   * {@code on.success} and {@code on.failure} name following steps; any other member is a message
   * type with the step that it is for. Skips pairs that are connected already.
   */
  private void readFollowers(String step, DeclaredStep declared) {
    ManifestValue on = declared.place().at("on");
    if (!on.check(Shape.OBJECT)) {
      return;
    }
    for (Map.Entry<String, JsonNode> member : on.value().properties()) {
      ManifestValue followers = on.at(member.getKey());
      if (followers.value().isArray()) {
        followers.items().forEach(follower -> follow(step, member.getKey(), follower));
      } else {
        follow(step, member.getKey(), followers);
      }
    }
  }

  private void follow(String step, String event, ManifestValue follower) {
    String to = follower.asText();
    boolean known = follower.value().isTextual() && steps.containsKey(to);
    if (!known && FOLLOW.contains(event)) {
      sound = false;
      follower.error(
          ManifestProblem.REFERENCE,
          "step %s: on.%s names no step %s%s"
              .formatted(ManifestValue.shown(step), event, follower.shown(), near.hint(to)));
    }
    if (known && !connected.contains(new Ends(step, to))) {
      Set<String> accepts = Set.of(event.equals("failure") ? "failed" : "done");
      add(follower, null, step, to, true, accepts, Condition.ALWAYS);
    }
  }

  private void add(
      ManifestValue place,
      String given,
      String from,
      String to,
      boolean required,
      Set<String> accepts,
      Condition condition) {
    if (from.equals(to)) {
      sound = false;
      place.error(
          ManifestProblem.GRAPH,
          "workflow edge must not lead from a step to itself: " + ManifestValue.shown(from));
      return;
    }
    String id = given != null ? given : derivedId(from + "_" + to);
    connected.add(new Ends(from, to));
    edges.add(new StepEdge(id, from, to, required, accepts, condition));
  }

  private String derivedId(String base) {
    String id = base;
    for (int next = 2; !ids.add(id); next++) {
      id = base + "_" + next;
    }
    return id;
  }

  private String end(ManifestValue edge, ManifestValue end, String member) {
    if (end.value().isTextual() && steps.containsKey(end.text())) {
      return end.text();
    }
    sound = false;
    end.error(
        end.isAbsent() ? ManifestProblem.REQUIRED : ManifestProblem.REFERENCE,
        end.isAbsent()
            ? "workflow edge %s must define %s".formatted(edge.name(), member)
            : "workflow edge %s references missing %s step %s%s"
                .formatted(edge.name(), member, end.shown(), near.hint(end.asText())));
    return null;
  }

  private static Set<String> accepts(ManifestValue place) {
    if (place.isAbsent()) {
      return Set.of("done");
    }
    if (place.value().isEmpty() || !Shape.NAMES.fits(place.value())) {
      place.mustBe("a non-empty list of non-empty strings");
      return Set.of("done");
    }
    for (ManifestValue word : place.items()) {
      if (!ACCEPTED.containsKey(word.text())) {
        word.error(
            ManifestProblem.UNSUPPORTED,
            "%s must be done, partial, skipped or failed: %s"
                .formatted(word.label(), word.shown()));
      }
    }
    return Json.elements(place.value())
        .map(word -> ACCEPTED.getOrDefault(word.textValue(), "done"))
        .collect(Collectors.toSet());
  }
}
