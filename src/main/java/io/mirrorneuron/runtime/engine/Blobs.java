package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the fields of a job's state so that what is large in them is stored once beside them, as a
 * blob with the SHA-256 of its text as name, however many fields and blobs hold it. In memory
 * values are whole, and what is shared is one instance; it is recognised by that. A blob that
 * nothing holds any more is dropped.
 *
 * <p>A text with references is {@code [{<JSON pointer>: {sha256, size_bytes}}, <value with nulls in
 * these places>]}. Texts of blobs always have this form. A field without references has never: it
 * is an object, or a list of one element, or one that begins with a text.
 */
final class Blobs {
  /** Members of records that programs fill; others are read without any blob. */
  private static final Set<String> FILLED =
      Set.of("body", "artifacts", "memory", "output", "pending_completion");

  /** About what a reference takes, and a value that is neither text nor container. */
  private static final int REFERENCE_LENGTH = 120;

  private static final int SCALAR_LENGTH = 8;

  private static final class Blob {
    final String name;

    /** Bytes of its text and of those that it refers to. */
    final long size;

    final JsonNode value;
    final Set<Blob> parts;
    int holders;

    Blob(String name, long size, JsonNode value, Set<Blob> parts) {
      this.name = name;
      this.size = size;
      this.value = value;
      this.parts = parts;
    }
  }

  private record Place(String pointer, Blob blob) {}

  /**
   * What a commit has to do.
   *
   * @param added texts by name
   */
  record Changes(Map<String, String> added, List<String> dropped) {}

  private final int limit;

  /** Stored texts that were not needed yet; null when values are not to be had. */
  private final Map<String, String> texts;

  private final Map<String, Blob> blobs = new HashMap<>();
  private final Map<JsonNode, Blob> byValue = new IdentityHashMap<>();
  private final Map<String, Set<Blob>> byField = new HashMap<>();

  /** Values that equal one that is known, remembered until the commit. */
  private final List<JsonNode> twins = new ArrayList<>();

  private final Map<String, String> added = new LinkedHashMap<>();
  private final Deque<Blob> unheld = new ArrayDeque<>();

  private Blobs(int limit, Map<String, String> texts) {
    this.limit = limit;
    this.texts = texts;
  }

  /**
   * @param limit length from which on a value is a blob, about, in characters of JSON
   * @param stored texts of the stored blobs by name
   */
  static Blobs of(int limit, Map<String, String> stored) {
    return new Blobs(limit, new HashMap<>(stored));
  }

  /** For a look at a state: in the place of each blob stands what can be said of it. */
  static Blobs outline() {
    return new Blobs(Integer.MAX_VALUE, null);
  }

  /** How a value is called that is not shown: {@code blob_ref} of {@code runtime.md} 1.8. */
  static ObjectNode reference(String sha256, long sizeBytes) {
    ObjectNode reference = Json.object().put("type", "blob_ref").put("sha256", sha256);
    reference.put("size_bytes", sizeBytes).put("media_type", "application/json");
    return reference.put("scope", "job");
  }

  /** The SHA-256 of a text, as names of blobs are made. */
  static String name(String text) {
    return name(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String name(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- writing

  /**
   * The text of a field, which from now on holds the blobs in it.
   *
   * @param value an object, or a list of one element, or one that begins with a text
   */
  String write(String field, JsonNode value) {
    Writing writing = new Writing();
    JsonNode light = value;
    if (weigh(value, true) > limit) {
      light = writing.light(value, "", true);
    }
    hold(field, blobsOf(writing.places));
    return writing.places.isEmpty() ? Json.write(light) : text(light, writing.places);
  }

  /** The field is gone, and holds nothing any more. */
  void forget(String field) {
    hold(field, Set.of());
  }

  /** About how long the text is; beyond the limit as soon as there may be a blob in it. */
  private long weigh(JsonNode node, boolean isField) {
    if (node.isTextual()) {
      return node.textValue().length() + 2L;
    }
    if (!node.isContainerNode()) {
      return SCALAR_LENGTH;
    }
    if (!byValue.isEmpty() && byValue.containsKey(node)) {
      return limit + 1L;
    }
    long length = 2;
    if (node instanceof ObjectNode object) {
      for (var member : object.properties()) {
        if (!isField || FILLED.contains(member.getKey())) {
          length += member.getKey().length() + 4L + weigh(member.getValue(), false);
        }
        if (length > limit) {
          return length;
        }
      }
      return length;
    }
    for (JsonNode element : node) {
      length += 1 + weigh(element, false);
      if (length > limit) {
        return length;
      }
    }
    return length;
  }

  /** One field, with what is large taken out from the leaves up. */
  private final class Writing {
    final List<Place> places = new ArrayList<>();
    private long length;

    JsonNode light(JsonNode node, String at, boolean isField) {
      Blob known = byValue.get(node);
      if (known != null) {
        return refer(at, known);
      }
      if (node.isContainerNode()) {
        return container(node, at, isField);
      }
      long own = weigh(node, false);
      if (own > limit) {
        return refer(at, blob(node, node, List.of()));
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
      return refer(at, blob(node, own, within));
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
        JsonNode light = light(member.getValue(), place, false);
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
        own.add(light(element, at + "/" + own.size(), false));
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

  private Blob blob(JsonNode whole, JsonNode light, List<Place> places) {
    String text = text(light, places);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String name = name(bytes);
    Blob known = blobs.get(name);
    if (known != null) {
      byValue.put(whole, known);
      twins.add(whole);
      return known;
    }
    added.put(name, text);
    Set<Blob> parts = blobsOf(places);
    long size = bytes.length + parts.stream().mapToLong(part -> part.size).sum();
    return keep(name, size, whole, parts);
  }

  private Blob keep(String name, long size, JsonNode value, Set<Blob> parts) {
    Blob blob = new Blob(name, size, value, parts);
    parts.forEach(part -> part.holders++);
    blobs.put(name, blob);
    byValue.put(value, blob);
    return blob;
  }

  private static String text(JsonNode light, List<Place> places) {
    ObjectNode references = Json.object();
    for (Place place : places) {
      ObjectNode reference = references.putObject(place.pointer());
      reference.put("sha256", place.blob().name).put("size_bytes", place.blob().size);
    }
    return Json.write(Json.MAPPER.createArrayNode().add(references).add(light));
  }

  private static Set<Blob> blobsOf(List<Place> places) {
    Set<Blob> all = new LinkedHashSet<>();
    places.forEach(place -> all.add(place.blob()));
    return all;
  }

  private void hold(String field, Set<Blob> next) {
    next.forEach(blob -> blob.holders++);
    Set<Blob> before = next.isEmpty() ? byField.remove(field) : byField.put(field, next);
    if (before != null) {
      before.forEach(this::release);
    }
  }

  private void release(Blob blob) {
    if (--blob.holders == 0) {
      unheld.add(blob);
    }
  }

  /** What has changed since the last call, once all fields of a commit are written. */
  Changes takeChanges() {
    List<String> dropped = new ArrayList<>();
    Blob next;
    while ((next = unheld.poll()) != null) {
      if (next.holders == 0 && blobs.remove(next.name, next)) {
        byValue.remove(next.value);
        if (added.remove(next.name) == null) {
          dropped.add(next.name);
        }
        next.parts.forEach(this::release);
      }
    }
    Changes changes = new Changes(Map.copyOf(added), dropped);
    added.clear();
    twins.forEach(byValue::remove);
    twins.clear();
    return changes;
  }

  // ---- reading

  /** The value of a stored field, whole. */
  JsonNode read(String field, String text) throws JsonProcessingException {
    JsonNode json = Json.parse(text);
    if (!json.isArray() || json.size() != 2 || !json.get(0).isObject()) {
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
      Blob blob = stored(place.getValue());
      found.add(blob);
      put(value, JsonPointer.compile(place.getKey()), blob.value);
    }
    return value;
  }

  private static void put(JsonNode into, JsonPointer at, JsonNode value) {
    JsonNode parent = into.at(at.head());
    if (parent instanceof ArrayNode list) {
      list.set(at.last().getMatchingIndex(), value);
    } else {
      ((ObjectNode) parent).set(at.last().getMatchingProperty(), value);
    }
  }

  private Blob stored(JsonNode reference) throws JsonProcessingException {
    String name = reference.path("sha256").asText();
    long size = reference.path("size_bytes").asLong();
    Blob known = blobs.get(name);
    if (known != null) {
      return known;
    }
    if (texts == null) {
      return new Blob(name, size, reference(name, size), Set.of());
    }
    String text = texts.remove(name);
    if (text == null) {
      throw new IllegalStateException("the large value " + name + " is missing");
    }
    Set<Blob> parts = new LinkedHashSet<>();
    JsonNode value = whole(Json.parse(text), parts);
    return keep(name, size, value, parts);
  }

  /** Names of all that something holds. */
  Set<String> names() {
    return Set.copyOf(blobs.keySet());
  }
}
