package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.ToldFact;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import java.util.List;

/**
 * What programs of a job are told of where it comes from, and the folder that a client has prepared
 * for them.
 */
public final class ToldFacts {
  private ToldFacts() {}

  /**
   * @param config of a node; not changed
   * @param manifest of the job
   * @return the same when there is nothing to be told
   */
  public static ObjectNode tell(ObjectNode config, ObjectNode manifest) {
    List<String> secrets = MarkedSecrets.of(manifest).texts();
    ObjectNode told = null;
    if (!secrets.isEmpty()) {
      told = Json.object().setAll(config);
      told.set(Execution.SECRETS, Json.MAPPER.valueToTree(secrets));
    }
    if (!(manifest.get("metadata") instanceof ObjectNode metadata)) {
      return told == null ? config : told;
    }
    for (ToldFact fact : ToldFact.values()) {
      JsonNode value = metadata.get(fact.member());
      if (value != null && value.isContainerNode()) {
        told = told == null ? Json.object().setAll(config) : told;
        told.set(fact.member(), value);
      }
    }
    if (metadata.get(Execution.MN_STORAGE) instanceof ObjectNode storage) {
      told = told == null ? Json.object().setAll(config) : told;
      told.set(Execution.MN_STORAGE, storage);
    }
    return told == null ? config : told;
  }
}
