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
 * @param moves whether agents that fail may go to other nodes, as there were some when it began
 * @param forkedFrom where this job began from another one, or null
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

  /** As the header of a job has it; read with every view of one. */
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

  /** Of a job that was simply submitted. */
  public static JobOrigin of(long submittedAt, String runId, String bundle) {
    return new JobOrigin(submittedAt, runId, bundle, null, Targets.NONE, false, null, null);
  }

  public JobOrigin onTarget(String node) {
    return new JobOrigin(submittedAt, runId, bundle, node, targets, moves, forkedFrom, provenance);
  }

  /** The same on the nodes of another job, or between nodes as that one. */
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

  /** What such a job runs at first, of the workflow that its author wrote. */
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

  /** Names of the nodes that the agents are called after; none where they have plain names. */
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
