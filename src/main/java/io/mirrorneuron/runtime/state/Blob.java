package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A large value that is stored once. A text with references to blobs is {@code [{<JSON pointer>:
 * {sha256, size_bytes}}, <value with nulls in these places>]}; texts of blobs always have this
 * form. A field without references never has: it is an object, or a list of one element, or a list
 * that begins with a text.
 */
public final class Blob {
  private final String name;
  private final long size;
  private final JsonNode value;
  private final Set<Blob> parts;
  private int holders;

  /**
   * @param name fingerprint of its text
   * @param size bytes of its text and of the blobs that it refers to
   * @param value the whole value
   * @param parts the blobs that it refers to; it holds them
   */
  Blob(String name, long size, JsonNode value, Set<Blob> parts) {
    this.name = name;
    this.size = size;
    this.value = value;
    this.parts = parts;
    parts.forEach(Blob::hold);
  }

  String name() {
    return name;
  }

  long size() {
    return size;
  }

  JsonNode value() {
    return value;
  }

  Set<Blob> parts() {
    return parts;
  }

  /** Whether a field or another blob refers to it. */
  boolean isHeld() {
    return holders > 0;
  }

  /** Adds a reference from a field or blob. */
  void hold() {
    holders++;
  }

  /** Removes a reference from a field or blob. */
  void release() {
    if (holders == 0) {
      throw new IllegalStateException("nothing holds the large value " + name);
    }
    holders--;
  }

  /** A reference to a blob in a text. */
  public record Reference(String sha256, long sizeBytes) {}

  /** The place of a blob in a value. */
  record Place(String pointer, Blob blob) {}

  /**
   * The reference that is shown in place of a large value: {@code blob_ref} of {@code runtime.md}
   * 1.8.
   */
  static ObjectNode reference(String sha256, long sizeBytes) {
    ObjectNode reference = Json.object().put("type", "blob_ref").put("sha256", sha256);
    reference.put("size_bytes", sizeBytes).put("media_type", "application/json");
    return reference.put("scope", "job");
  }

  /** The SHA-256 of a text, in hexadecimal digits; the name of the blob with that text. */
  public static String fingerprint(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String text(JsonNode light, List<Place> places) {
    Map<String, Reference> references = new LinkedHashMap<>();
    for (Place place : places) {
      references.put(place.pointer(), new Reference(place.blob().name, place.blob().size));
    }
    return Json.write(List.of(references, light));
  }

  /** Whether a text has the form with references to blobs. */
  public static boolean hasReferences(JsonNode field) {
    return field.isArray() && field.size() == 2 && field.get(0).isObject();
  }

  /** Puts the value into {@code whole} at the pointer. */
  static void put(JsonNode whole, String pointer, JsonNode value) {
    JsonPointer at = JsonPointer.compile(pointer);
    JsonNode parent = whole.at(at.head());
    if (parent instanceof ArrayNode list) {
      list.set(at.last().getMatchingIndex(), value);
    } else {
      ((ObjectNode) parent).set(at.last().getMatchingProperty(), value);
    }
  }
}
