package io.mirrorneuron.runtime.exec.workspace;

/** An execution that cannot be; the message is the sentence its outcome carries. */
public final class NotStarted extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean ofNode;

  public NotStarted(String message) {
    this(message, null);
  }

  public NotStarted(String message, Throwable cause) {
    this(message, cause, false);
  }

  private NotStarted(String message, Throwable cause, boolean ofNode) {
    super(message, cause);
    this.ofNode = ofNode;
  }

  /** One that could be on another node. */
  public static NotStarted here(String message, Throwable cause) {
    return new NotStarted(message, cause, true);
  }

  /** Whether this node is why, and not the execution. */
  public boolean isOfNode() {
    return ofNode;
  }
}
