package io.mirrorneuron.port;

import io.mirrorneuron.model.MnException;

/** Why a job is cancelled, in words for people. */
public final class CancelReason {
  private static final int MAX_CHARACTERS = 1000;

  private CancelReason() {}

  /**
   * The reason without blanks around it; null for none.
   *
   * @throws MnException INVALID when it is longer than 1,000 characters
   */
  public static String checked(String reason) {
    if (reason == null || reason.isBlank()) {
      return null;
    }
    if (reason.length() > MAX_CHARACTERS) {
      throw MnException.invalid("reason must have at most " + MAX_CHARACTERS + " characters");
    }
    return reason.strip();
  }
}
