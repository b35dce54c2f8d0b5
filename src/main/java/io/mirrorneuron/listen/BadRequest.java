package io.mirrorneuron.listen;

/** Why the head of a request is refused, in words for the caller. It has no stack trace. */
public final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  BadRequest(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** 400, 414 or 431. */
  public int status() {
    return status;
  }
}
