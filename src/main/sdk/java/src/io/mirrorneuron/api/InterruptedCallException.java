package io.mirrorneuron.api;

/** The thread was interrupted while a server was asked; it still is. */
public final class InterruptedCallException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  InterruptedCallException(InterruptedException cause) {
    super("interrupted while a server was asked", cause);
  }
}
