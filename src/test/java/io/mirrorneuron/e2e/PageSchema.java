package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a page reads of an answer, checked as it checks it: a member may be absent unless it is
 * wanted, but of the wrong type, or null where it may not be, the page throws the whole answer
 * away.
 */
final class PageSchema {
  private static final Map<String, Predicate<JsonNode>> TYPES =
      Map.of(
          "text", JsonNode::isTextual,
          "number", JsonNode::isNumber,
          "flag", JsonNode::isBoolean,
          "object", JsonNode::isObject,
          "list", JsonNode::isArray,
          "texts", PageSchema::isTexts,
          "any", _ -> true);

  private final String rules;

  /**
   * @param rules a line for each member or several with commas between them: where they are, and
   *     their type. Behind a name {@code []} means each element, {@code {}} each value. Behind a
   *     type {@code ?} allows null and {@code !} wants the member
   */
  PageSchema(String rules) {
    this.rules = rules;
  }

  /** Answers with the same for the next question. */
  JsonNode require(JsonNode answer) {
    List<String> faults = new ArrayList<>();
    for (String rule : rules.strip().split("\n")) {
      String[] words = rule.strip().split(" +");
      for (String path : words[0].split(",")) {
        check(answer, path.split("\\."), 0, words[1], path, faults);
      }
    }
    assertThat(faults).as("%s", answer).isEmpty();
    return answer;
  }

  private static void check(
      JsonNode in, String[] path, int at, String type, String rule, List<String> faults) {
    String name = path[at];
    JsonNode found = in.path(name.replace("[]", "").replace("{}", ""));
    if (name.endsWith("]") || name.endsWith("}")) {
      if (at == path.length - 1) {
        found.forEach(each -> judge(each, type, rule, faults));
      } else {
        found.forEach(each -> check(each, path, at + 1, type, rule, faults));
      }
    } else if (at < path.length - 1) {
      check(found, path, at + 1, type, rule, faults);
    } else {
      judge(found, type, rule, faults);
    }
  }

  private static void judge(JsonNode found, String type, String rule, List<String> faults) {
    boolean isFit =
        found.isMissingNode()
            ? !type.endsWith("!")
            : found.isNull()
                ? type.endsWith("?")
                : TYPES.get(type.replaceAll("[?!]", "")).test(found);
    if (!isFit) {
      faults.add(rule + " is no " + type + ": " + found);
    }
  }

  private static boolean isTexts(JsonNode list) {
    boolean[] all = {list.isArray()};
    list.forEach(each -> all[0] &= each.isTextual());
    return all[0];
  }
}
