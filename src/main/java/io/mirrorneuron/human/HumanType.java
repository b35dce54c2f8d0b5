package io.mirrorneuron.human;

import java.util.Locale;

/** What a human record tells; its {@code type}. */
public enum HumanType {
  HUMAN_NOTICE,
  HUMAN_NOTICE_ACKNOWLEDGED,
  HUMAN_INPUT_REQUESTED,
  /** The default of a question is none of the allowed decisions, so it never counts. */
  HUMAN_DEFAULT_REFUSED,
  /** Nobody answered in time, so others may. */
  HUMAN_REQUEST_ESCALATED,
  HUMAN_REQUEST_CLAIMED,
  HUMAN_REQUEST_RELEASED,
  /** One of several approvals that are needed. */
  HUMAN_APPROVAL_RECORDED,
  HUMAN_INPUT_RECEIVED,
  HUMAN_INPUT_TIMEOUT,
  HUMAN_DECISION_APPLIED,
  OTHER;

  private final String word = name().toLowerCase(Locale.ROOT);

  public String word() {
    return word;
  }

  public static HumanType of(String word) {
    for (HumanType type : values()) {
      if (type.word.equals(word)) {
        return type;
      }
    }
    return OTHER;
  }

  /** Whether the desk writes it; of what programs write they make their own copies. */
  public boolean isDecision() {
    return switch (this) {
      case HUMAN_NOTICE_ACKNOWLEDGED,
          HUMAN_DEFAULT_REFUSED,
          HUMAN_REQUEST_ESCALATED,
          HUMAN_REQUEST_CLAIMED,
          HUMAN_REQUEST_RELEASED,
          HUMAN_APPROVAL_RECORDED,
          HUMAN_INPUT_RECEIVED,
          HUMAN_INPUT_TIMEOUT ->
          true;
      case HUMAN_NOTICE, HUMAN_INPUT_REQUESTED, HUMAN_DECISION_APPLIED, OTHER -> false;
    };
  }
}
