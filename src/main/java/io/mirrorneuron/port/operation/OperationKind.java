package io.mirrorneuron.port.operation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.mirrorneuron.model.MnException;
import java.util.Locale;

/** What operations there are. */
public enum OperationKind {
  CANCEL_ALL_JOBS,
  CLEAR_JOBS,
  DRAIN_NODE,
  RECONCILE_NODE;

  /** Whether it is about the jobs of one node. */
  public boolean isOfNode() {
    return this == DRAIN_NODE || this == RECONCILE_NODE;
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws MnException INVALID when there is no such kind
   */
  @JsonCreator
  public static OperationKind of(String word) {
    for (OperationKind kind : values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw MnException.invalid(
        "unsupported operation kind \"%s\"; there are cancel_all_jobs, clear_jobs, drain_node and reconcile_node"
            .formatted(word));
  }
}
