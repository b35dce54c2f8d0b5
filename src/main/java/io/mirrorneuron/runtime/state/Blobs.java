package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.Blob.Place;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The large values of a job's state. Large parts of a field are stored once beside it, as {@link
 * Blob}, however many fields and blobs refer to them; a blob without references is dropped. In
 * memory values are whole; a shared value is one instance, and is recognised by identity.
 */
public final class Blobs {
  /**
   * Writes and deletions for a commit.
   *
   * @param added texts by name
   */
  record Changes(Map<String, String> added, List<String> dropped) {}

  private final int limit;

  /** Stored texts that were not needed yet; null when values are not available. */
  private final Map<String, String> texts;

  private final Map<String, Blob> blobs = new HashMap<>();
  private final Map<JsonNode, Blob> byValue = new IdentityHashMap<>();
  private final Map<String, Set<Blob>> byField = new HashMap<>();

  /** Values that equal a known value, remembered until the commit. */
  private final List<JsonNode> twins = new ArrayList<>();

  private final Map<String, String> added = new LinkedHashMap<>();
  private final Deque<Blob> unheld = new ArrayDeque<>();

  private Blobs(int limit, Map<String, String> texts) {
    this.limit = limit;
    this.texts = texts;
  }

  /**
   * @param limit approximate length in characters of JSON from which a value is a blob
   * @param stored texts of the stored blobs by name
   */
  static Blobs of(int limit, Map<String, String> stored) {
    return new Blobs(limit, new HashMap<>(stored));
  }

  /** For reading a state without its large values: references replace the blobs. */
  static Blobs outline() {
    return new Blobs(Integer.MAX_VALUE, null);
  }

  // ---- writing

  /**
   * The text of a field, which holds its blobs from now on.
   *
   * @param value an object, or a list of one element, or a list that begins with a text
   */
  String write(String field, JsonNode value) {
    BlobExtraction extraction = new BlobExtraction(limit, byValue, this::blob);
    JsonNode light = extraction.of(value);
    List<Place> places = extraction.places();
    hold(field, places.isEmpty() ? Set.of() : blobsOf(places));
    return places.isEmpty() ? Json.write(light) : Blob.text(light, places);
  }

  /** The field was deleted: releases its blobs. */
  void forget(String field) {
    hold(field, Set.of());
  }

  private Blob blob(JsonNode value, JsonNode light, List<Place> places) {
    String text = Blob.text(light, places);
    String name = Blob.fingerprint(text);
    Blob known = blobs.get(name);
    if (known != null) {
      byValue.put(value, known);
      twins.add(value);
      return known;
    }
    added.put(name, text);
    Set<Blob> parts = blobsOf(places);
    long size = text.getBytes(StandardCharsets.UTF_8).length;
    return keep(name, size + parts.stream().mapToLong(part -> part.size()).sum(), value, parts);
  }

  private Blob keep(String name, long size, JsonNode value, Set<Blob> parts) {
    Blob blob = new Blob(name, size, value, parts);
    blobs.put(name, blob);
    byValue.put(value, blob);
    return blob;
  }

  private static Set<Blob> blobsOf(List<Place> places) {
    Set<Blob> all = new LinkedHashSet<>();
    places.forEach(place -> all.add(place.blob()));
    return all;
  }

  private void hold(String field, Set<Blob> next) {
    next.forEach(Blob::hold);
    Set<Blob> before = next.isEmpty() ? byField.remove(field) : byField.put(field, next);
    if (before != null) {
      before.forEach(this::release);
    }
  }

  private void release(Blob blob) {
    blob.release();
    if (!blob.isHeld()) {
      unheld.add(blob);
    }
  }

  /** The changes since the last call, once all fields of a commit are written. */
  Changes takeChanges() {
    List<String> dropped = new ArrayList<>();
    Blob next;
    while ((next = unheld.poll()) != null) {
      if (!next.isHeld() && blobs.remove(next.name(), next)) {
        byValue.remove(next.value());
        if (added.remove(next.name()) == null) {
          dropped.add(next.name());
        }
        next.parts().forEach(this::release);
      }
    }
    Changes changes = new Changes(Map.copyOf(added), dropped);
    added.clear();
    twins.forEach(byValue::remove);
    twins.clear();
    return changes;
  }

  // ---- reading

  /** The whole value of a stored field. */
  JsonNode read(String field, String text) throws JsonProcessingException {
    JsonNode json = Json.parse(text);
    if (!Blob.hasReferences(json)) {
      return json;
    }
    Set<Blob> held = new LinkedHashSet<>();
    JsonNode value = whole(json, held);
    hold(field, held);
    return value;
  }

  private JsonNode whole(JsonNode text, Set<Blob> found) throws JsonProcessingException {
    JsonNode value = text.path(1);
    for (var place : text.path(0).properties()) {
      Blob blob = stored(Json.read(place.getValue(), Blob.Reference.class, "blob reference"));
      found.add(blob);
      Blob.put(value, place.getKey(), blob.value());
    }
    return value;
  }

  private Blob stored(Blob.Reference reference) throws JsonProcessingException {
    String name = reference.sha256();
    Blob known = blobs.get(name);
    if (known != null) {
      return known;
    }
    if (texts == null) {
      long size = reference.sizeBytes();
      return new Blob(name, size, Blob.reference(name, size), Set.of());
    }
    String text = texts.remove(name);
    if (text == null) {
      throw new IllegalStateException("the large value " + name + " is missing");
    }
    Set<Blob> parts = new LinkedHashSet<>();
    JsonNode value = whole(Json.parse(text), parts);
    return keep(name, reference.sizeBytes(), value, parts);
  }

  /** Names of the blobs that a field or another blob refers to. */
  Set<String> names() {
    return Set.copyOf(blobs.keySet());
  }

  /**
   * Takes large values out of one field, from the leaves up, so that the rest is below the limit
   * everywhere. Does not change values: where something was taken out there is a copy.
   */
  private static final class BlobExtraction {
    /** Makes a blob of a value, or returns an equal blob. */
    interface Maker {
      /**
       * @param light the value with nulls at the places
       */
      Blob make(JsonNode value, JsonNode light, List<Place> places);
    }

    /** Members of records that programs fill; only these may contain blobs. */
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

    /** Where values were taken out. */
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
}
