package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.JobMetadata;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import java.util.List;

/** Passes the origin of a job, and the folder a client has prepared, to the job's programs. */
public final class JobMetadataEntries {
  private JobMetadataEntries() {}

  /**
   * @param config of a node; not changed
   * @return the same when there is nothing to add
   */
  public static ObjectNode tell(ObjectNode config, ObjectNode manifest) {
    List<String> secrets = MarkedSecrets.of(manifest).texts();
    ObjectNode reported = null;
    if (!secrets.isEmpty()) {
      reported = Json.object().setAll(config);
      reported.set(Execution.SECRETS, Json.MAPPER.valueToTree(secrets));
    }
    if (!(manifest.get("metadata") instanceof ObjectNode metadata)) {
      return reported == null ? config : reported;
    }
    for (JobMetadata fact : JobMetadata.values()) {
      JsonNode value = metadata.get(fact.member());
      if (value != null && value.isContainerNode()) {
        reported = reported == null ? Json.object().setAll(config) : reported;
        reported.set(fact.member(), value);
      }
    }
    if (metadata.get(Execution.MN_STORAGE) instanceof ObjectNode storage) {
      reported = reported == null ? Json.object().setAll(config) : reported;
      reported.set(Execution.MN_STORAGE, storage);
    }
    return reported == null ? config : reported;
  }
}
