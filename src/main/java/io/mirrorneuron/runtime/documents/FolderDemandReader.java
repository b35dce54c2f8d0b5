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

/** Reads what a manifest asks for beyond what all programs may reach, and fingerprints it. */
public final class FolderDemandReader {
  private static final String MEMBER = "confinement";

  private FolderDemandReader() {}

  /**
   * Of a manifest that was read.
   *
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

  /** Names of agents, inputs and what differs between runs are left out. */
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

  /** Whoever submits gives programs the ids of a run in variables of these names. */
  private static ObjectNode constant(ObjectNode config) {
    ObjectNode constant = config.deepCopy();
    if (constant.path("environment") instanceof ObjectNode environment) {
      environment.properties().removeIf(variable -> variable.getKey().startsWith("MN_"));
    }
    return constant;
  }
}
