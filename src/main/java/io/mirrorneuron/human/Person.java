package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.stream.Stream;

/** Who acts, as far as is known. */
record Person(String name) {
  /** Who did not say. */
  static final String ANONYMOUS = "anonymous";

  /** Whose answer counts when nobody gave one in time; no person has this name. */
  static final Person DEFAULT = new Person("default");

  /**
   * The member {@code by} or {@code user} of the body, else the user that the request names.
   *
   * @param user or null
   */
  static Person of(ObjectNode body, String user) {
    return new Person(
        Stream.of(body.path("by").textValue(), body.path("user").textValue(), user)
            .filter(Objects::nonNull)
            .map(String::strip)
            .filter(name -> !name.isEmpty() && !name.equals(DEFAULT.name()))
            .findFirst()
            .orElse(ANONYMOUS));
  }

  /** Whether the other name is the same one, however it is written. */
  boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }

  boolean isNamed() {
    return !is(ANONYMOUS);
  }
}
