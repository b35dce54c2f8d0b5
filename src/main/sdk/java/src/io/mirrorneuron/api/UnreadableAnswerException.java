package io.mirrorneuron.api;

/** What came is no answer of the contract: perhaps another server is at this address. */
public final class UnreadableAnswerException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  UnreadableAnswerException(String message, Throwable cause) {
    super(message, cause);
  }
}
