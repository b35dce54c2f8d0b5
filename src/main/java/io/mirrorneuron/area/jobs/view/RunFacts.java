package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/**
 * What a detail of a job tells of the files of its run.
 *
 * @param folder on the server; null when the run has none
 * @param files references to artifacts and outputs, {@code rest.md} section 18.7
 * @param resources the summary of the last day, or a null node
 */
public record RunFacts(String folder, List<ObjectNode> files, JsonNode resources) {
  public static final RunFacts NONE = new RunFacts(null, List.of(), Json.MAPPER.nullNode());
}
