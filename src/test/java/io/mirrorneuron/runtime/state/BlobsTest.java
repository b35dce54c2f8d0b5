package io.mirrorneuron.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.state.Blobs.Changes;
import io.mirrorneuron.wire.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How fields are written and read again, and which blobs they keep alive. */
class BlobsTest {
  private static final String LONG = "x".repeat(100);

  private final Map<String, String> disk = new HashMap<>();
  private final Blobs blobs = Blobs.of(50, Map.of());

  private static ObjectNode record(JsonNode body) {
    return Json.object().put("id", "m").set("body", body);
  }

  private static JsonNode text(String text) {
    return Json.MAPPER.getNodeFactory().textNode(text);
  }

  private void commit() {
    Changes changes = blobs.takeChanges();
    assertThat(changes.added().keySet()).as("written once").noneMatch(disk::containsKey);
    disk.putAll(changes.added());
    assertThat(changes.dropped()).allMatch(disk::containsKey);
    changes.dropped().forEach(disk::remove);
    assertThat(blobs.names()).isEqualTo(disk.keySet());
  }

  private JsonNode readBack(String text) throws Exception {
    return Blobs.of(50, disk).read("f", text);
  }

  @Test
  void whatIsSmallIsWrittenAsItIs() {
    ObjectNode small = record(text("hello"));

    assertThat(blobs.write("m:1", small)).isEqualTo(Json.write(small));
    commit();
    assertThat(disk).isEmpty();
  }

  @Test
  void whatIsLargeIsWrittenOnceForAllWhoHoldIt() throws Exception {
    JsonNode body = Json.object().put("stdout", LONG).put("raw_output", LONG);
    String first = blobs.write("m:1", record(body));
    String second = blobs.write("m:2", record(body));
    commit();

    assertThat(disk).hasSize(2); // the text, and the object around it
    assertThat(String.join("", disk.values()).split(LONG, -1)).hasSize(2);
    assertThat(first).isEqualTo(second).doesNotContain("xxx");
    assertThat(readBack(first)).isEqualTo(record(body));
  }

  @Test
  void equalValuesAreOneBlobThoughTheyAreTwoInstances() {
    blobs.write("m:1", record(text(LONG)));
    blobs.write("m:2", record(text(LONG)));
    commit();

    assertThat(disk).hasSize(1);
  }

  @Test
  void manySmallPartsTogetherAreLarge() throws Exception {
    ArrayNode numbers = Json.MAPPER.createArrayNode();
    for (int i = 0; i < 40; i++) {
      numbers.add(i);
    }
    String text = blobs.write("o:s", Json.MAPPER.createArrayNode().add(numbers));
    commit();

    assertThat(text).doesNotContain("39");
    assertThat(readBack(text).get(0)).isEqualTo(numbers);
  }

  @Test
  void valuesThatAreReadShareTheirInstancesAgain() throws Exception {
    JsonNode body = Json.object().put("stdout", LONG);
    String one = blobs.write("m:1", record(body));
    String other = blobs.write("m:2", record(Json.object().set("input", body)));
    commit();

    Blobs next = Blobs.of(50, disk);
    JsonNode first = next.read("m:1", one);
    JsonNode second = next.read("m:2", other);

    assertThat(first.at("/body/stdout")).isSameAs(second.at("/body/input/stdout"));
    assertThat(next.write("m:3", record(first.path("body")))).contains("sha256");
    assertThat(next.takeChanges()).isEqualTo(new Changes(Map.of(), List.of()));
  }

  @Test
  void aBlobGoesWithTheLastThatHoldsIt() {
    JsonNode body = text(LONG);
    blobs.write("m:1", record(body));
    blobs.write("m:2", record(body));
    commit();
    blobs.forget("m:1");
    commit();
    assertThat(disk).hasSize(1);

    blobs.write("m:2", record(text("small now")));
    commit();
    assertThat(disk).isEmpty();
  }

  @Test
  void whatAnotherBlobHoldsStaysUntilThatGoes() {
    JsonNode inner = text(LONG);
    ObjectNode outer = Json.object();
    for (int i = 0; i < 10; i++) {
      outer.put("member" + i, i);
    }
    blobs.write("m:1", record(outer.set("inner", inner)));
    blobs.write("m:2", record(inner));
    commit();
    assertThat(disk).hasSize(2);

    blobs.forget("m:2");
    commit();
    assertThat(disk).hasSize(2);

    blobs.forget("m:1");
    commit();
    assertThat(disk).isEmpty();
  }

  @Test
  void whatComesAndGoesWithinOneTurnIsNeverWritten() {
    blobs.write("m:1", record(text(LONG)));
    blobs.forget("m:1");

    assertThat(blobs.takeChanges()).isEqualTo(new Changes(Map.of(), List.of()));
  }

  @Test
  void dataThatLooksLikeAReferenceIsData() throws Exception {
    JsonNode shown = Json.parse(Json.write(Blob.reference("00", 7)));
    JsonNode nested = Stage.json("[{'/0':{'sha256':'00','size_bytes':7}},null]");
    for (JsonNode body : List.of(shown, nested, Json.object().put("a", LONG).set("b", nested))) {
      String message = blobs.write("m:1", record(body));
      String output = blobs.write("o:1", Json.MAPPER.createArrayNode().add(body));
      commit();

      assertThat(readBack(message).path("body")).isEqualTo(body);
      assertThat(readBack(output).get(0)).isEqualTo(body);
    }
  }

  @Test
  void namesOfMembersMayHoldAnything() throws Exception {
    ObjectNode body = Json.object().put("a/b~c", LONG).put("", LONG).put("0", LONG);
    body.putObject("~1").put("\"\n", LONG);

    String text = blobs.write("m:1", record(body));
    commit();

    assertThat(readBack(text).path("body")).isEqualTo(body);
  }

  @Test
  void envelopesAreReadWithoutAnyBlob() throws Exception {
    ObjectNode message = record(text(LONG)).put("envelope", LONG + LONG);

    String text = blobs.write("m:1", message);

    JsonNode seen = Blobs.outline().read("m:1", text);
    assertThat(seen.path("envelope").asText()).isEqualTo(LONG + LONG);
    String name = blobs.names().iterator().next();
    assertThat(seen.path("body")).isEqualTo(Blob.reference(name, LONG.length() + 7));
  }

  @Test
  void aValueThatIsMissingIsDamage() {
    String text = blobs.write("m:1", record(text(LONG)));

    assertThatThrownBy(() -> readBack(text)).hasMessageContaining("is missing");
  }

  @Test
  void anyFieldsSurviveAnyHistory() throws Exception {
    Random random = new Random(7);
    Map<String, JsonNode> wanted = new HashMap<>();
    Map<String, String> fields = new HashMap<>();
    for (int turn = 0; turn < 2000; turn++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        String field = "m:" + random.nextInt(12);
        if (random.nextInt(3) == 0) {
          wanted.remove(field);
          fields.remove(field);
          blobs.forget(field);
        } else {
          JsonNode value = record(value(random, List.copyOf(wanted.values()), 0));
          wanted.put(field, value);
          fields.put(field, blobs.write(field, value));
        }
      }
      commit();
      Blobs next = Blobs.of(50, disk);
      for (var field : fields.entrySet()) {
        assertThat(next.read(field.getKey(), field.getValue()))
            .isEqualTo(wanted.get(field.getKey()));
      }
      assertThat(next.names()).as("nothing is left over").isEqualTo(disk.keySet());
    }
  }

  /** Anything; often with parts of what there is already, as instance or as copy. */
  private static JsonNode value(Random random, List<JsonNode> others, int depth) {
    switch (random.nextInt(depth > 3 ? 2 : 6)) {
      case 0:
        return Json.MAPPER.getNodeFactory().numberNode(random.nextInt(5));
      case 1:
        return text("y".repeat(random.nextInt(120)));
      case 2:
        ArrayNode list = Json.MAPPER.createArrayNode();
        for (int i = random.nextInt(5); i > 0; i--) {
          list.add(value(random, others, depth + 1));
        }
        return list;
      case 3:
        ObjectNode object = Json.object();
        for (int i = random.nextInt(5); i > 0; i--) {
          object.set("k" + i, value(random, others, depth + 1));
        }
        return object;
      default:
        if (others.isEmpty()) {
          return Json.object();
        }
        JsonNode other = others.get(random.nextInt(others.size())).path("body");
        if (other.isObject() && !other.isEmpty() && random.nextBoolean()) {
          other = other.iterator().next();
        }
        return random.nextInt(4) == 0 ? other.deepCopy() : other;
    }
  }
}
