package io.mirrorneuron.model;

/** Why a call failed, in the vocabulary shared by Java, the bus, gRPC and HTTP. */
public enum ErrorCode {
  /** The request cannot be read: broken JSON, a malformed path or header. */
  MALFORMED(400, false),
  UNAUTHENTICATED(401, false),
  FORBIDDEN(403, false),
  NOT_FOUND(404, false),
  /** Clashes with the present state of the thing it names. */
  CONFLICT(409, false),
  /** It was there, and the node that had it is not. */
  GONE(410, false),
  /** Something that must hold first does not: a requirement of the manifest, a state of the job. */
  PRECONDITION(412, false),
  TOO_LARGE(413, false),
  UNSUPPORTED_MEDIA_TYPE(415, false),
  /** The request is readable but its content is wrong. */
  INVALID(422, false),
  /** A queue or quota of this caller is full. */
  EXHAUSTED(429, true),
  INTERNAL(500, false),
  /** What is stored was changed by somebody else and cannot be read. */
  DATA_LOSS(500, false),
  UNIMPLEMENTED(501, false),
  /** Another server, which was asked for this, failed. */
  BAD_GATEWAY(502, true),
  /** Redis, the runtime or a node is away, or under too much load to take work. */
  UNAVAILABLE(503, true),
  TIMEOUT(504, true),
  /** There is no room on a disk of the server, or of its Redis. */
  STORAGE_FULL(507, true);

  private final int httpStatus;
  private final boolean retryable;

  ErrorCode(int httpStatus, boolean retryable) {
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same call may succeed later without any change by the caller. */
  public boolean retryable() {
    return retryable;
  }
}
