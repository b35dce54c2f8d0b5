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
 * The state in a backup without its proofs of names. A backup is a file that anybody may have
 * changed: that it says {@code by_verified} is no proof that a person did something with a token of
 * their own. So that member becomes false wherever it stands, in what people were asked and
 * answered as in what steps put out of it.
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
   * @param longer bytes that it has more than before, with the large values that it refers to
   */
  private record Text(String text, long longer) {}

  private record Large(String name, Text content) {}

  /** The large values, under names that fit their texts. */
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

  /** Changes what it is given; whether there was anything to change. */
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

  /** What has nothing to change stays as it was written, and so does what cannot be read. */
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
      return new Text(text, 0); // who reads it says what is wrong
    }
  }

  private Large large(String name) {
    Large known = seen.get(name);
    if (known == null) {
      String text = blobs.getOrDefault(name, "");
      boolean isWhole = Blob.fingerprint(text).equals(name); // else it is refused, as it stands
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
