package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Steps;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Items distributed over steps; an instance of a step works on each item.
 *
 * @param refusal why nothing is distributed, or null
 */
record Scatter(List<Share> shares, int count, String refusal) {
  /** Maximum of items, unless the program asks for fewer with {@code max_items}. */
  private static final int MAX_ITEMS = 1000;

  /**
   * @param items bodies {@code {item, map_index}} of the messages that the instances start with
   */
  record Share(StepState template, List<ObjectNode> items) {}

  /**
   * @param payload {@code {target | targets, items, max_items?}} as a program printed it
   */
  static Scatter parse(JsonNode payload, Steps steps) {
    JsonNode items = payload.path("items");
    int most = Math.min(MAX_ITEMS, payload.path("max_items").asInt(MAX_ITEMS));
    if (!items.isArray()) {
      return refused("items must be a list");
    }
    if (items.size() > most) {
      return refused(items.size() + " items are more than " + most);
    }
    List<Share> shares = new ArrayList<>();
    JsonNode targets = payload.has("targets") ? payload.get("targets") : payload.path("target");
    for (JsonNode target :
        targets.isArray() ? targets : Json.MAPPER.createArrayNode().add(targets)) {
      StepState template = steps.get(target.asText());
      if (template == null) {
        return refused("there is no step " + target.asText());
      }
      if (template.isTerminal() || template.isStarted() || template.isInstance()) {
        return refused("step " + template.id() + " has started already");
      }
      if (shares.stream().anyMatch(share -> share.template() == template)) {
        return refused("step " + template.id() + " is named twice");
      }
      shares.add(new Share(template, new ArrayList<>()));
    }
    if (shares.isEmpty()) {
      return refused("targets must not be empty");
    }
    for (int i = 0; i < items.size(); i++) {
      ObjectNode body = Json.object();
      body.set("item", items.get(i));
      shares.get(i % shares.size()).items().add(body.put("map_index", i));
    }
    return new Scatter(shares, items.size(), null);
  }

  private static Scatter refused(String reason) {
    return new Scatter(List.of(), 0, reason);
  }
}
