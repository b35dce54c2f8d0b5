package io.mirrorneuron.api;

/** A server gave no whole answer in time, or a stream could not be continued for as long as the caller wanted to wait. */
public final class ConnectionLostException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  ConnectionLostException(String what, Throwable cause) {
    super(what + ": " + why(cause), cause);
  }

  /** Some failures of the JDK have no words. */
  private static String why(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
