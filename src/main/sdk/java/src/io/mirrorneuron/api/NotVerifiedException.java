package io.mirrorneuron.api;

/** What came as a webhook was not signed with its secret, or too long ago: answer it with 403. */
public final class NotVerifiedException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  NotVerifiedException(String message) {
    super(message, null);
  }
}
