package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * The words by which an author marks work that must not be repeated without a person's consent
 * after a crash.
 */
public final class UnsafeMarkers {
  private static final Set<String> SIDE_EFFECTS = Set.of("unsafe", "external", "write", "writes");

  /** The members that may have such a word. */
  public static final String[] ALL = {
    "manual_review_on_recovery",
    "requires_approval",
    "unsafe",
    "safe_to_retry",
    "idempotent",
    "side_effects"
  };

  private UnsafeMarkers() {}

  public static boolean is(JsonNode marks) {
    return isTrue(marks, "manual_review_on_recovery")
        || isTrue(marks, "requires_approval")
        || isTrue(marks, "unsafe")
        || isFalse(marks, "safe_to_retry")
        || isFalse(marks, "idempotent")
        || isTrue(marks, "side_effects")
        || SIDE_EFFECTS.contains(marks.path("side_effects").asText());
  }

  private static boolean isTrue(JsonNode marks, String member) {
    return marks.path(member).isBoolean() && marks.get(member).booleanValue();
  }

  private static boolean isFalse(JsonNode marks, String member) {
    return marks.path(member).isBoolean() && !marks.get(member).booleanValue();
  }
}
