package io.mirrorneuron.cli.human;

import java.util.Objects;

/** The record of what a person did. */
record Recorded(String type, Payload payload, String warning) {
  /**
   * @param until when a claim ends
   */
  record Payload(String requestId, String noticeId, String decision, String by, String until) {}

  String sentence() {
    Payload told = Objects.requireNonNullElse(payload, new Payload(null, null, null, null, null));
    String what = Objects.toString(told.requestId(), Objects.toString(told.noticeId(), ""));
    String by = told.by() == null ? "" : " by " + told.by();
    return switch (Objects.toString(type, "")) {
      case "human_input_received" -> what + ": answered" + decision(told) + by;
      case "human_approval_recorded" -> what + ": approved" + by + "; it needs another approval";
      case "human_request_claimed" -> what + ": claimed" + by + " until " + told.until();
      case "human_request_released" -> what + ": released" + by;
      case "human_notice_acknowledged" -> what + ": acknowledged" + by;
      default -> what + ": " + type + by;
    };
  }

  private static String decision(Payload told) {
    return told.decision() == null ? "" : " with " + told.decision();
  }
}
