package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import io.mirrorneuron.runtime.workflow.StoredPlan.Place;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that run copies of one job, in the order in which they came. Agents of a copy are
 * called {@code agent@node}. A node stays in the list when its copy is over, so that old names keep
 * their meaning.
 */
public record Targets(List<Target> all) {
  /**
   * A node that runs a copy of a system job.
   *
   * @param node its name
   * @param result {@code {agent_id, output}} that its copy has completed with, or null
   * @param nextRoundAt when its copy begins the next round, in milliseconds since the epoch; 0 when
   *     none is planned
   */
  public record Target(String node, Phase phase, ObjectNode result, long nextRoundAt) {

    public enum Phase {
      OPEN,
      /** It has done its work for good. */
      COMPLETED,
      /** Its node is to run it no more; it begins anew if that changes. */
      LEFT
    }

    public static Target of(String node) {
      return new Target(node, Phase.OPEN, null, 0);
    }

    public boolean isOpen() {
      return phase == Phase.OPEN;
    }

    public Target completed(ObjectNode with) {
      return new Target(node, Phase.COMPLETED, with, 0);
    }

    public Target left() {
      return new Target(node, Phase.LEFT, null, 0);
    }

    /** The same with the next round at that time. */
    public Target again(long at) {
      return new Target(node, phase, result, at);
    }
  }

  /** Of a job that runs once. */
  public static final Targets NONE = new Targets(List.of());

  private record Stored(String node, String phase, long nextRoundAt) {}

  public Targets {
    all = List.copyOf(all);
  }

  public static Targets of(List<String> nodes) {
    return new Targets(nodes.stream().map(Target::of).toList());
  }

  public boolean isNone() {
    return all.isEmpty();
  }

  /** Names of all nodes that have, or had, a copy. */
  public List<String> nodes() {
    return all.stream().map(Target::node).toList();
  }

  /** Names of those that were not left. */
  public List<String> present() {
    return all.stream().filter(one -> one.phase() != Target.Phase.LEFT).map(Target::node).toList();
  }

  public List<Target> open() {
    return all.stream().filter(Target::isOpen).toList();
  }

  public List<Target> completed() {
    return all.stream().filter(one -> one.phase() == Target.Phase.COMPLETED).toList();
  }

  public Optional<Target> find(String node) {
    return all.stream().filter(one -> one.node().equals(node)).findFirst();
  }

  /** The target whose copy the agent belongs to; empty for a job that runs once. */
  public Optional<Target> of(String agentId) {
    return all.stream()
        .filter(one -> agentId.endsWith("@" + one.node()))
        .max(Comparator.comparingInt(one -> one.node().length()));
  }

  /** New copies on the same nodes except those that were left. */
  public Targets anew() {
    return of(present());
  }

  /** Replaces the target of the node, or adds it as the last. */
  public Targets with(Target next) {
    List<Target> list = new ArrayList<>(all);
    int at = nodes().indexOf(next.node());
    if (at < 0) {
      list.add(next);
    } else {
      list.set(at, next);
    }
    return new Targets(list);
  }

  /**
   * The plan of a job with its copies, each of which runs on its node.
   *
   * @param kept of the job as its author wrote it, or of its copies before; or null
   * @param workflow with the copies
   */
  public StoredPlan plan(StoredPlan kept, Workflow workflow) {
    if (isNone() || kept == null) {
      return kept;
    }
    Map<String, Place> known = new HashMap<>();
    kept.places().forEach(place -> known.put(place.agentId(), place));
    List<Place> places =
        workflow.agents().keySet().stream()
            .filter(id -> of(id).filter(one -> one.phase() != Target.Phase.LEFT).isPresent())
            .limit(StoredPlan.MOST_PLACES)
            .map(id -> place(id, of(id).orElseThrow().node(), known))
            .toList();
    return new StoredPlan(kept.node(), kept.madeAt(), kept.runtimeDriver(), places);
  }

  private static Place place(String agentId, String node, Map<String, Place> known) {
    String source = agentId.substring(0, agentId.length() - node.length() - 1);
    Place kept = known.getOrDefault(agentId, known.get(source));
    return kept != null && kept.node().equals(node)
        ? new Place(agentId, source, node, kept.devices(), kept.score(), kept.reasons())
        : new Place(agentId, source, node, List.of(), 0, List.of("each node runs a copy"));
  }

  public ArrayNode json() {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (Target one : all) {
      ObjectNode json = list.addObject().put("node", one.node()).put("phase", word(one.phase()));
      if (one.result() != null) {
        json.set("result", one.result());
      }
      if (one.nextRoundAt() != 0) {
        json.put("next_round_at", one.nextRoundAt());
      }
    }
    return list;
  }

  private static String word(Target.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  private static Target.Phase phase(String word) {
    return Target.Phase.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /**
   * @param list null for a job that runs once
   */
  public static Targets read(JsonNode list) {
    if (list == null) {
      return NONE;
    }
    List<Target> all = new ArrayList<>();
    for (JsonNode one : list) {
      Stored stored = LenientJson.read(one, Stored.class);
      // The instance itself, not a copy: {@link Blobs} recognises large values by identity.
      ObjectNode result = one.get("result") instanceof ObjectNode object ? object : null;
      all.add(new Target(stored.node, phase(stored.phase), result, stored.nextRoundAt));
    }
    return new Targets(all);
  }
}
