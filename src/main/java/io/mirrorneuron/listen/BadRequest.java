package io.mirrorneuron.listen;

/** A refused head of a request, with a sentence for the caller. Has no stack trace. */
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
