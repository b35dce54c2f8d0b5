package io.mirrorneuron.models;

/** A server that was asked did not answer as it should. The message is for people, with no key. */
public final class UpstreamFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    /** Nobody answers there. */
    AWAY,
    /** It took longer than was allowed. */
    LATE,
    /** Nobody waits for the answer any more. */
    GONE,
    /** An answer that is none, a cut connection, a status of failure. */
    BAD
  }

  private final Kind kind;
  private final int status;

  public UpstreamFailure(Kind kind, String message) {
    this(kind, 0, message);
  }

  /**
   * @param status of the answer; 0 when there was none
   */
  UpstreamFailure(Kind kind, int status, String message) {
    super(message);
    this.kind = kind;
    this.status = status;
  }

  public Kind kind() {
    return kind;
  }

  public int status() {
    return status;
  }
}
