import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What an older or a newer server might answer: members are missing, null, or new. */
final class Variants {
  static final String ADDED = "a_member_of_the_future";
  private static final int EACH = 5;
  private static final Random CHANCE = new Random(18);

  private Variants() {}

  /** One with a new member in each object, and some where each member may be missing or null. */
  static List<JsonNode> of(JsonNode answer) {
    List<JsonNode> variants = new ArrayList<>();
    variants.add(changed(answer.deepCopy(), true));
    for (int i = 0; i < EACH; i++) {
      variants.add(changed(answer.deepCopy(), false));
    }
    return variants;
  }

  private static JsonNode changed(JsonNode node, boolean isNewer) {
    if (node instanceof ArrayNode array) {
      array.forEach(item -> changed(item, isNewer));
    } else if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        int die = isNewer ? 5 : CHANCE.nextInt(6);
        if (die == 0) {
          object.remove(name);
        } else if (die == 1) {
          object.putNull(name);
        } else {
          changed(object.get(name), isNewer);
        }
      }
      if (isNewer) {
        add(object);
      }
    }
    return node;
  }

  /** What has members of any name has values of one kind; elsewhere anything may be new. */
  private static void add(ObjectNode object) {
    List<JsonNode> values = new ArrayList<>();
    object.elements().forEachRemaining(values::add);
    values.removeIf(JsonNode::isNull);
    if (values.isEmpty()) {
      return;
    }
    if (values.stream().allMatch(JsonNode::isNumber)) {
      object.put(ADDED, 1);
    } else if (values.stream().allMatch(JsonNode::isTextual)) {
      object.put(ADDED, "x");
    } else if (values.stream().anyMatch(value -> !value.isObject())) {
      object.putObject(ADDED).put("x", 1).putArray("y").addNull();
    }
  }
}
