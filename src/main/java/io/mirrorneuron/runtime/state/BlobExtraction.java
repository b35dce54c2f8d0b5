package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.Blob.Place;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes large values out of one field, from the leaves up, so that what remains is below the limit
 * everywhere. Values are not changed; where something was taken out there is a copy.
 */
final class BlobExtraction {
  /** Makes a blob of a value, or answers the equal one that there is. */
  interface Maker {
    /**
     * @param light the value with nulls at the places
     */
    Blob make(JsonNode value, JsonNode light, List<Place> places);
  }

  /** Members of records that programs fill; others are read without any blob. */
  private static final Set<String> FILLED =
      Set.of("body", "artifacts", "memory", "output", "pending_completion");

  /** Approximate length of a reference, or of a value that is neither text nor container. */
  private static final int REFERENCE_LENGTH = 120;

  private static final int SCALAR_LENGTH = 8;

  private final int limit;
  private final Map<JsonNode, Blob> known;
  private final Maker maker;
  private final List<Place> places = new ArrayList<>();
  private long length;

  /**
   * @param known blobs by instance
   */
  BlobExtraction(int limit, Map<JsonNode, Blob> known, Maker maker) {
    this.limit = limit;
    this.known = known;
    this.maker = maker;
  }

  /** Where something was taken out. */
  List<Place> places() {
    return places;
  }

  /** The field itself, or a copy without the extracted values. */
  JsonNode of(JsonNode field) {
    return weigh(field, true) > limit ? container(field, "", true) : field;
  }

  /**
   * Approximate length of the value's JSON text; more than the limit as soon as it may contain a
   * blob.
   */
  private long weigh(JsonNode node, boolean isField) {
    if (node.isTextual()) {
      return node.textValue().length() + 2L;
    }
    if (!node.isContainerNode()) {
      return SCALAR_LENGTH;
    }
    if (!known.isEmpty() && known.containsKey(node)) {
      return limit + 1L;
    }
    long sum = 2;
    if (node instanceof ObjectNode object) {
      for (var member : object.properties()) {
        if (!isField || FILLED.contains(member.getKey())) {
          sum += member.getKey().length() + 4L + weigh(member.getValue(), false);
        }
        if (sum > limit) {
          return sum;
        }
      }
      return sum;
    }
    for (JsonNode element : node) {
      sum += 1 + weigh(element, false);
      if (sum > limit) {
        return sum;
      }
    }
    return sum;
  }

  private JsonNode light(JsonNode node, String at) {
    Blob blob = known.get(node);
    if (blob != null) {
      return refer(at, blob);
    }
    if (node.isContainerNode()) {
      return container(node, at, false);
    }
    long own = weigh(node, false);
    if (own > limit) {
      return refer(at, maker.make(node, node, List.of()));
    }
    length += own;
    return node;
  }

  private JsonNode container(JsonNode node, String at, boolean isField) {
    long before = length;
    int first = places.size();
    length += 2;
    JsonNode own =
        node instanceof ObjectNode object ? members(object, at, isField) : elements(node, at);
    if (isField || length - before <= limit) {
      return own;
    }
    List<Place> mine = places.subList(first, places.size());
    List<Place> within =
        mine.stream()
            .map(place -> new Place(place.pointer().substring(at.length()), place.blob()))
            .toList();
    mine.clear();
    length = before;
    return refer(at, maker.make(node, own, within));
  }

  private JsonNode members(ObjectNode object, String at, boolean isField) {
    ObjectNode own = object;
    for (var member : object.properties()) {
      String name = member.getKey();
      length += name.length() + 4L;
      if (isField && !FILLED.contains(name)) {
        continue;
      }
      String place = at + "/" + name.replace("~", "~0").replace("/", "~1");
      JsonNode light = light(member.getValue(), place);
      if (light != member.getValue()) {
        own = own == object ? Json.object().setAll(object) : own;
        own.set(name, light);
      }
    }
    return own;
  }

  private JsonNode elements(JsonNode list, String at) {
    ArrayNode own = Json.MAPPER.createArrayNode();
    for (JsonNode element : list) {
      own.add(light(element, at + "/" + own.size()));
      length++;
    }
    return own;
  }

  private JsonNode refer(String at, Blob blob) {
    places.add(new Place(at, blob));
    length += REFERENCE_LENGTH;
    return NullNode.getInstance();
  }
}
