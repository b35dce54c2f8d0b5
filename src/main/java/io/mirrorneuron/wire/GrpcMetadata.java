package io.mirrorneuron.wire;

/**
 * Names of the gRPC metadata we read and write beyond the protocol's own. Clients that do not know
 * them lose nothing but precision.
 */
public final class GrpcMetadata {
  public static final String AUTHORIZATION = "authorization";

  /** Request metadata of SubmitJob: same key and content, same job. */
  public static final String IDEMPOTENCY_KEY = "idempotency-key";

  /**
   * Request metadata with which a gateway says for whom it calls: the subject of a token it has
   * checked, UTF-8. Only beside the operator token.
   */
  public static final String ON_BEHALF_OF = "mn-on-behalf-of-bin";

  /** Trailer of a finite StreamEvents: a {@link LogState} in lower case. */
  public static final String LOG_STATE = "mn-log-state";

  /** Trailers of a failure: the exact {@code ErrorCode}, the error word, the validation report. */
  static final String CODE = "mn-code";

  static final String ERROR = "mn-error";
  static final String VALIDATION = "mn-validation-bin";

  /** Trailer of a failure: milliseconds after which the call is worth another try. */
  static final String RETRY_AFTER = "mn-retry-after-ms";

  private GrpcMetadata() {}

  /** What is known of a job's event log where a finite stream ends. */
  public enum LogState {
    /** More events may come. */
    OPEN,
    /** The job is terminal; the log is complete. */
    ENDED,
    /** There is no such job. */
    UNKNOWN;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
