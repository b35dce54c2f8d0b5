package io.mirrorneuron.run.human;

import java.util.Locale;

/** What a human record tells; its {@code type}. */
enum HumanType {
  HUMAN_NOTICE,
  HUMAN_NOTICE_ACKNOWLEDGED,
  HUMAN_INPUT_REQUESTED,
  HUMAN_REQUEST_CLAIMED,
  HUMAN_REQUEST_RELEASED,
  /** One of several approvals that are needed. */
  HUMAN_APPROVAL_RECORDED,
  HUMAN_INPUT_RECEIVED,
  HUMAN_INPUT_TIMEOUT,
  HUMAN_DECISION_APPLIED,
  OTHER;

  private final String word = name().toLowerCase(Locale.ROOT);

  String word() {
    return word;
  }

  static HumanType of(String word) {
    for (HumanType type : values()) {
      if (type.word.equals(word)) {
        return type;
      }
    }
    return OTHER;
  }

  /** Whether the desk writes it; of what programs write they make their own copies. */
  boolean isDecision() {
    return switch (this) {
      case HUMAN_NOTICE_ACKNOWLEDGED,
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
