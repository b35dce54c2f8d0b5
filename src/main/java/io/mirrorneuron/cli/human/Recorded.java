package io.mirrorneuron.cli.human;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Objects;

/** The record of a person's answer. */
record Recorded(String type, Payload payload, String warning) {
  private static final String APPROVED = "human_approval_recorded";

  /**
   * @param until when a claim ends
   */
  record Payload(String requestId, String noticeId, String decision, String by, String until) {}

  /**
   * Whoever has approved before has only been told so again.
   *
   * @param before how the request stood before
   * @throws MnException CONFLICT {@code already_approved}
   */
  void mustBeNew(HumanAsk before) {
    boolean isThere =
        APPROVED.equals(type)
            && payload != null
            && before.approvals().stream().anyMatch(one -> Objects.equals(one.by(), payload.by()));
    if (isThere) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "already_approved",
          "%s has approved this already%s"
              .formatted(
                  payload.by(),
                  before.isOpen()
                      ? "; another person must approve it, too"
                      : ", and it is decided"));
    }
  }

  String sentence() {
    Payload reported =
        Objects.requireNonNullElse(payload, new Payload(null, null, null, null, null));
    String what = Objects.toString(reported.requestId(), Objects.toString(reported.noticeId(), ""));
    String by = reported.by() == null ? "" : " by " + reported.by();
    return switch (Objects.toString(type, "")) {
      case "human_input_received" -> what + ": answered" + decision(reported) + by;
      case APPROVED -> what + ": approved" + by + "; it needs another approval";
      case "human_request_claimed" -> what + ": claimed" + by + " until " + reported.until();
      case "human_request_released" -> what + ": released" + by;
      case "human_notice_acknowledged" -> what + ": acknowledged" + by;
      default -> what + ": " + type + by;
    };
  }

  private static String decision(Payload reported) {
    return reported.decision() == null ? "" : " with " + reported.decision();
  }
}
