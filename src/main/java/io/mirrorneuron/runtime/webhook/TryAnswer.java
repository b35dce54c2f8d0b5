package io.mirrorneuron.runtime.webhook;

/**
 * What came of a try.
 *
 * @param status that the target answered; 0 when it did not answer
 * @param error why it is no success; empty when it is one
 * @param excerpt the beginning of the body that came with an error; empty for none
 */
record TryAnswer(int status, String error, String excerpt) {
  private static final int GONE = 410;

  boolean isWell() {
    return status >= 200 && status < 300;
  }

  /** The target wants nothing more, ever. */
  boolean isGone() {
    return status == GONE;
  }
}
