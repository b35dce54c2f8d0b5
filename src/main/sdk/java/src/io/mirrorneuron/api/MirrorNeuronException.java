package io.mirrorneuron.api;

/** Whatever this package throws by itself. */
public abstract sealed class MirrorNeuronException extends RuntimeException
    permits ConnectionLostException, ProblemException, TopicRefusedException {
  private static final long serialVersionUID = 1L;

  MirrorNeuronException(String message, Throwable cause) {
    super(message, cause);
  }
}
