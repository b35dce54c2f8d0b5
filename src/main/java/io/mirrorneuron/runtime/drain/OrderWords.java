package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;

/** What people write into orders about nodes. */
final class OrderWords {
  private OrderWords() {}

  /**
   * The name of a node.
   *
   * @throws MnException INVALID when it is none
   */
  static String node(String given) {
    String name = given == null ? "" : given.strip();
    if (name.indexOf('@') <= 0 || name.endsWith("@") || name.chars().anyMatch(c -> c <= ' ')) {
      throw MnException.invalid("node name must look like mirror_neuron@host");
    }
    return name;
  }

  /**
   * Null when there is none.
   *
   * @throws MnException INVALID when it is too long
   */
  static String reason(String given) {
    String reason = GivenReason.checked(given);
    return reason == null || reason.isBlank() ? null : reason.strip();
  }
}
