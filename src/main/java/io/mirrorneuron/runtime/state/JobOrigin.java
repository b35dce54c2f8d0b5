package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPort.ForkPoint;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;

/**
 * Where a job comes from.
 *
 * @param submittedAt milliseconds since the epoch
 * @param runId name of its run, in whose folder its records are
 * @param bundle fingerprint of the stored payload files, or null when the bundle has none
 * @param target the node whose copy of a system job it began as, or null
 * @param targets nodes that each run a copy; none of a job that runs once
 * @param moves whether failed agents may move to other nodes, as there were some when it began
 * @param forkedFrom the source of a fork, or null
 * @param provenance the backup that the job was restored from, or null
 */
public record JobOrigin(
    long submittedAt,
    String runId,
    String bundle,
    String target,
    Targets targets,
    boolean moves,
    ForkPoint forkedFrom,
    ObjectNode provenance) {

  private record Stored(
      long submittedAt,
      String runId,
      String bundle,
      String target,
      boolean moves,
      ObjectNode forkedFrom,
      ObjectNode provenance) {}

  /** From the header of a job. */
  static JobOrigin read(JsonNode header) {
    Stored stored = LenientJson.read(header, Stored.class);
    if (stored.runId == null) {
      throw new IllegalStateException("its header names no run");
    }
    return new JobOrigin(
        stored.submittedAt,
        stored.runId,
        stored.bundle,
        stored.target,
        Targets.read(header.get("targets")),
        stored.moves,
        stored.forkedFrom == null ? null : Json.read(stored.forkedFrom, ForkPoint.class, "origin"),
        stored.provenance);
  }

  /** For a plain submission. */
  public static JobOrigin of(long submittedAt, String runId, String bundle) {
    return new JobOrigin(submittedAt, runId, bundle, null, Targets.NONE, false, null, null);
  }

  public JobOrigin onTarget(String node) {
    return new JobOrigin(submittedAt, runId, bundle, node, targets, moves, forkedFrom, provenance);
  }

  /** The same with the target, targets and moves of another job. */
  public JobOrigin copiesOf(JobOrigin other) {
    return onTarget(other.target).on(other.targets.anew()).moving(other.moves);
  }

  public JobOrigin on(Targets nodes) {
    return new JobOrigin(submittedAt, runId, bundle, target, nodes, moves, forkedFrom, provenance);
  }

  public JobOrigin moving(boolean between) {
    return new JobOrigin(
        submittedAt, runId, bundle, target, targets, between, forkedFrom, provenance);
  }

  /** The first definition of such a job, from the workflow that its author wrote. */
  JobDefinition definition(Workflow workflow) {
    return new JobDefinition(workflow, copies(), moves);
  }

  void writePlacesTo(ObjectNode header) {
    if (target != null) {
      header.put("target", target);
    }
    if (!targets.isNone()) {
      header.set("targets", targets.json());
    }
    if (moves) {
      header.put("moves", true);
    }
  }

  /** Names of the nodes in the names of the agents; none where agents have plain names. */
  public List<String> copies() {
    return !targets.isNone() ? targets.nodes() : target == null ? List.of() : List.of(target);
  }

  public JobOrigin forkedFrom(ForkPoint source) {
    return new JobOrigin(submittedAt, runId, bundle, target, targets, moves, source, provenance);
  }

  public JobOrigin withBundle(String fingerprint) {
    return new JobOrigin(
        submittedAt, runId, fingerprint, target, targets, moves, forkedFrom, provenance);
  }

  public JobOrigin restoredFrom(ObjectNode backup) {
    return new JobOrigin(submittedAt, runId, bundle, target, targets, moves, forkedFrom, backup);
  }
}
