package io.mirrorneuron.run.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static HumanType of(ObjectNode record) {
    String word = record.path("type").asText();
    for (HumanType type : values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    return OTHER;
  }

  boolean is(ObjectNode record) {
    return of(record) == this;
  }
}
