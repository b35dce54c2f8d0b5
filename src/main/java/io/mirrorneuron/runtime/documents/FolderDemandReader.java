package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads a manifest's demands beyond the default confinement, and fingerprints them. */
public final class FolderDemandReader {
  private static final String MEMBER = "confinement";

  private FolderDemandReader() {}

  /**
   * @param workflow of a parsed manifest
   * @param bundle fingerprint of the payload files, or null when there are none
   */
  public static FolderDemands of(Workflow workflow, String bundle) {
    JsonNode member = workflow.source().path(MEMBER);
    if (!member.isObject()) {
      return FolderDemands.NONE;
    }
    FolderDemands written = Json.read(member, FolderDemands.class, MEMBER);
    return written.isEmpty()
        ? FolderDemands.NONE
        : new FolderDemands(written.read(), written.write(), fingerprint(workflow, member, bundle));
  }

  /** Leaves out names of agents, inputs, and values that differ between runs. */
  private static String fingerprint(Workflow workflow, JsonNode member, String bundle) {
    ObjectNode all = Json.object().put("payloads", bundle);
    all.set(MEMBER, member);
    workflow
        .agents()
        .values()
        .forEach(
            agent -> all.withArray("agents").addObject().set("config", constant(agent.config())));
    try {
      byte[] bytes =
          Json.MAPPER
              .writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .writeValueAsBytes(Json.MAPPER.convertValue(all, Object.class));
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Submitters pass the ids of a run to programs in variables of these names. */
  private static ObjectNode constant(ObjectNode config) {
    ObjectNode constant = config.deepCopy();
    if (constant.path("environment") instanceof ObjectNode environment) {
      environment.properties().removeIf(variable -> variable.getKey().startsWith("MN_"));
    }
    return constant;
  }
}
