package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ForkPoint;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;

/**
 * Where a job comes from.
 *
 * @param submittedAt milliseconds since the epoch
 * @param runId name of its run, in whose folder its records are
 * @param bundle fingerprint of the stored payload files, or null when the bundle has none
 * @param target the node whose copy of a system job it is, or null
 * @param forkedFrom where this job began from another one, or null
 * @param provenance the backup that the job was restored from, or null
 */
public record JobOrigin(
    long submittedAt,
    String runId,
    String bundle,
    String target,
    ForkPoint forkedFrom,
    ObjectNode provenance) {

  private record Stored(
      long submittedAt,
      String runId,
      String bundle,
      String target,
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
        stored.forkedFrom == null ? null : Json.read(stored.forkedFrom, ForkPoint.class, "origin"),
        stored.provenance);
  }

  /** Of a job that was simply submitted. */
  public static JobOrigin of(long submittedAt, String runId, String bundle) {
    return new JobOrigin(submittedAt, runId, bundle, null, null, null);
  }

  public JobOrigin onTarget(String node) {
    return new JobOrigin(submittedAt, runId, bundle, node, forkedFrom, provenance);
  }

  public JobOrigin forkedFrom(ForkPoint source) {
    return new JobOrigin(submittedAt, runId, bundle, target, source, provenance);
  }

  public JobOrigin withBundle(String fingerprint) {
    return new JobOrigin(submittedAt, runId, fingerprint, target, forkedFrom, provenance);
  }

  public JobOrigin restoredFrom(ObjectNode backup) {
    return new JobOrigin(submittedAt, runId, bundle, target, forkedFrom, backup);
  }
}
