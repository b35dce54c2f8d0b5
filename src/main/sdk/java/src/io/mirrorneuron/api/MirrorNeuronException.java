package io.mirrorneuron.api;

/** Whatever this package throws. */
public abstract sealed class MirrorNeuronException extends RuntimeException
    permits BadArgumentException,
        ConnectionLostException,
        InterruptedCallException,
        JobFailedException,
        NotVerifiedException,
        ProblemException,
        TimedOutException,
        TopicRefusedException,
        UnreadableAnswerException {
  private static final long serialVersionUID = 1L;

  MirrorNeuronException(String message, Throwable cause) {
    super(message, cause);
  }
}
