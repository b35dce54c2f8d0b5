package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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
 * The large values of a job's state. Fields are written so that what is large in them is stored
 * once beside them, as a {@link Blob}, however many fields and blobs hold it; one that nothing
 * holds any more is dropped. In memory values are whole, and what is shared is one instance, by
 * which it is recognised.
 */
public final class Blobs {
  /**
   * What a commit has to do.
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

  /** For reading a state without its large values: each blob is replaced by a reference to it. */
  static Blobs outline() {
    return new Blobs(Integer.MAX_VALUE, null);
  }

  // ---- writing

  /**
   * The text of a field, which from now on holds the blobs in it.
   *
   * @param value an object, or a list of one element, or one that begins with a text
   */
  String write(String field, JsonNode value) {
    BlobExtraction extraction = new BlobExtraction(limit, byValue, this::blob);
    JsonNode light = extraction.of(value);
    List<Place> places = extraction.places();
    hold(field, places.isEmpty() ? Set.of() : blobsOf(places));
    return places.isEmpty() ? Json.write(light) : Blob.text(light, places);
  }

  /** The field was deleted: its blobs are released. */
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

  /** What has changed since the last call, once all fields of a commit are written. */
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

  /** The value of a stored field, whole. */
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
}
