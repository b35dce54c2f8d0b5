package io.mirrorneuron.runtime.exec.settings;

/** An execution that cannot be; the message is the sentence its outcome carries. */
public final class NotStarted extends Exception {
  private static final long serialVersionUID = 1L;

  public NotStarted(String message) {
    super(message);
  }

  public NotStarted(String message, Throwable cause) {
    super(message, cause);
  }
}
