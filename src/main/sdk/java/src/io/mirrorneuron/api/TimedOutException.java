package io.mirrorneuron.api;

/** A job is not known to have ended in the time that was given to wait for it. */
public final class TimedOutException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  TimedOutException(String message, Throwable cause) {
    super(message, cause);
  }
}
