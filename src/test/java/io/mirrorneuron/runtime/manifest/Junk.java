package io.mirrorneuron.runtime.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Puts values that nobody meant into every place of a manifest. */
final class Junk {
  private static final List<String> VALUES =
      List.of(
          "null", "true", "-1", "1e999", "\"\"", "\"\\u0000..\"", "[]", "[null]", "{}", "[[{}]]");

  private Junk() {}

  /** Each is read, or refused with a report; no other failure is right. */
  static void isReadOrRefused(ObjectNode full, Consumer<ObjectNode> reader)
      throws JsonProcessingException {
    for (String pointer : pointers(full, "")) {
      for (String value : VALUES) {
        ObjectNode manifest = full.deepCopy();
        put(manifest, pointer, Json.parse(value));
        try {
          reader.accept(manifest);
        } catch (MnException refusal) {
          assertThat(refusal.validation()).as("%s = %s", pointer, value).isNotNull();
        } catch (RuntimeException bug) {
          throw new AssertionError(pointer + " = " + value, bug);
        }
      }
    }
  }

  /**
   * @param what was done
   */
  record Mutant(String what, String text) {}

  /**
   * The manifest with each value replaced by junk, and with each object given an unknown member.
   */
  static List<Mutant> mutants(ObjectNode full) throws JsonProcessingException {
    List<Mutant> mutants = new ArrayList<>();
    for (String pointer : pointers(full, "")) {
      for (String value : VALUES) {
        ObjectNode mutant = full.deepCopy();
        put(mutant, pointer, Json.parse(value));
        mutants.add(new Mutant(pointer + " = " + value, Json.write(mutant)));
      }
      if (full.at(pointer).isObject()) {
        ObjectNode mutant = full.deepCopy();
        put(mutant, pointer + "/zzzzzz", Json.object());
        mutants.add(new Mutant(pointer + "/zzzzzz", Json.write(mutant)));
      }
    }
    return mutants;
  }

  private static List<String> pointers(JsonNode node, String at) {
    List<String> found = new ArrayList<>();
    if (!at.isEmpty()) {
      found.add(at);
    }
    for (int i = 0; i < node.size() && node.isArray(); i++) {
      found.addAll(pointers(node.get(i), at + "/" + i));
    }
    node.properties().forEach(m -> found.addAll(pointers(m.getValue(), at + "/" + m.getKey())));
    return found;
  }

  /** Replaces or adds the value at the pointer, whose parent must be there. */
  static void put(ObjectNode manifest, String pointer, JsonNode value) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = manifest.at(pointer.substring(0, slash));
    String last = pointer.substring(slash + 1);
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(last), value);
    } else {
      ((ObjectNode) parent).set(last, value);
    }
  }
}
