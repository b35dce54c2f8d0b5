package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.state.Blob;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Removes proofs of identity from the state in a backup. A backup is a file that may have been
 * changed, so its {@code by_verified} does not prove that a person acted with their own token. The
 * member becomes false wherever it stands: in requests, answers, and outputs of steps made of them.
 */
public final class UnverifiedNames {
  private final Map<String, String> blobs;
  private final Map<String, Large> seen = new HashMap<>();

  /**
   * @param blobs the large values of the backup, text by name
   */
  public UnverifiedNames(Map<String, String> blobs) {
    this.blobs = blobs;
  }

  /**
   * @param longer growth in bytes, including the large values that it refers to
   */
  private record Text(String text, long longer) {}

  private record Large(String name, Text content) {}

  /** The large values, under names that match their texts. */
  public Map<String, String> blobs() {
    Map<String, String> without = new HashMap<>();
    for (String name : blobs.keySet()) {
      Large large = large(name);
      without.put(large.name(), large.content().text());
    }
    return without;
  }

  /** The fields of a job, which may refer to large values. */
  public Map<String, String> fields(Map<String, String> fields) {
    Map<String, String> without = new HashMap<>(fields);
    without.replaceAll((name, text) -> in(text).text());
    return without;
  }

  /** Changes its argument. Answers whether it contained a proof. */
  public static boolean clear(JsonNode json) {
    boolean had = json.path(Person.VERIFIED).asBoolean(false);
    if (had) {
      ((ObjectNode) json).put(Person.VERIFIED, false);
    }
    for (JsonNode part : json) {
      had |= clear(part);
    }
    return had;
  }

  /** Unreadable text, and text without a proof, stays as written. */
  private Text in(String text) {
    try {
      JsonNode json = Json.parse(text);
      boolean had = clear(json);
      long longer = 0;
      if (Blob.hasReferences(json)) {
        for (var place : json.get(0).properties()) {
          Blob.Reference old = Json.read(place.getValue(), Blob.Reference.class, "blob reference");
          if (old == null || old.sha256() == null) {
            return new Text(text, 0);
          }
          Large now = large(old.sha256());
          if (!now.name().equals(old.sha256())) {
            long size = old.sizeBytes() + now.content().longer();
            place.setValue(Json.MAPPER.valueToTree(new Blob.Reference(now.name(), size)));
            had = true;
          }
          longer += now.content().longer();
        }
      }
      String without = had ? Json.write(json) : text;
      return new Text(without, longer + bytes(without) - bytes(text));
    } catch (JsonProcessingException | MnException e) {
      return new Text(text, 0); // its reader reports the fault
    }
  }

  private Large large(String name) {
    Large known = seen.get(name);
    if (known == null) {
      String text = blobs.getOrDefault(name, "");
      boolean isWhole = Blob.fingerprint(text).equals(name); // otherwise it is refused as it stands
      Text content = isWhole ? in(text) : new Text(text, 0);
      boolean same = content.text().equals(text);
      known = new Large(same ? name : Blob.fingerprint(content.text()), content);
      seen.put(name, known);
    }
    return known;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
