package io.mirrorneuron.api;

/** A server could not be reached, or a stream not be continued, for as long as the caller wanted to wait. */
public final class ConnectionLostException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  ConnectionLostException(String what, Throwable cause) {
    super(what + ": " + cause.getMessage(), cause);
  }
}
