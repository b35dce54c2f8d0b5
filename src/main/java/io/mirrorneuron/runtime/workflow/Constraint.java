package io.mirrorneuron.runtime.workflow;

import java.util.List;

/**
 * What must hold of a node that is to run an agent.
 *
 * @param attribute of the node: {@code os}, {@code meta.rack}
 * @param values that it is compared with; none where the operator asks only whether it is there
 */
public record Constraint(String attribute, Operator operator, List<String> values) {
  public Constraint {
    values = List.copyOf(values);
  }

  /** How an attribute is compared; one of several values has each of them as one that may hold. */
  public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    MORE(">"),
    AT_LEAST(">="),
    LESS("<"),
    AT_MOST("<="),
    CONTAINS("contains"),
    MATCHES("regexp"),
    EXISTS("exists"),
    ABSENT("not_exists");

    private final String word;

    Operator(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    /** Whether what it compares must have an order. */
    public boolean asksForOrder() {
      return compareTo(MORE) >= 0 && compareTo(AT_MOST) <= 0;
    }

    /** Whether it compares with something. */
    public boolean needsValue() {
      return this != EXISTS && this != ABSENT;
    }
  }

  /** For people: {@code os = linux}. */
  public String words() {
    String compared = attribute + " " + operator.word;
    return values.isEmpty() ? compared : compared + " " + String.join(" or ", values);
  }
}
