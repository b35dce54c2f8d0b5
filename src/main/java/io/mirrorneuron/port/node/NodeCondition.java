package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a node is. */
public enum NodeCondition {
  HEALTHY,
  /** It was announced, and has not been seen yet. */
  JOINING,
  /** Its operator wants no new work on it. */
  MAINTENANCE,
  /** Work leaves it. */
  DRAINING,
  /** Its operator has taken it out of the cluster. */
  DISCONNECTED,
  /** It sends no heartbeats. */
  OFFLINE,
  /** It is kept from work, because programs end on it that run elsewhere. */
  QUARANTINED,
  /** Nobody has heard of it. */
  UNKNOWN;

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@link #UNKNOWN} for words of a newer server. */
  @JsonCreator
  static NodeCondition of(String word) {
    for (NodeCondition condition : values()) {
      if (condition.word().equals(word)) {
        return condition;
      }
    }
    return UNKNOWN;
  }
}
