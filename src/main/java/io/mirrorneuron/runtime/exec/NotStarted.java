package io.mirrorneuron.runtime.exec;

/** An execution that cannot be; the message is the sentence its outcome carries. */
final class NotStarted extends Exception {
  private static final long serialVersionUID = 1L;

  NotStarted(String message) {
    super(message);
  }

  NotStarted(String message, Throwable cause) {
    super(message, cause);
  }
}
