package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import java.util.List;

/**
 * A request that the gateway refuses before it calls an area. Has no stack trace, as the cause is
 * the request.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String error;
  private final transient List<Fault> faults;
  private final long limitBytes;

  private Refusal(
      ErrorCode code, String error, String message, List<Fault> faults, long limitBytes) {
    super(message, null, false, false);
    this.code = code;
    this.error = error;
    this.faults = faults;
    this.limitBytes = limitBytes;
  }

  public static Refusal invalid(List<Fault> faults) {
    return new Refusal(ErrorCode.INVALID, "invalid_request", Fault.sentence(faults), faults, 0);
  }

  public static Refusal malformed(String message, List<Fault> faults) {
    return new Refusal(ErrorCode.MALFORMED, "malformed_request", message, faults, 0);
  }

  /**
   * @param error the error code for all of them
   */
  public static Refusal parameters(String error, List<Fault> faults) {
    return new Refusal(ErrorCode.MALFORMED, error, Fault.sentence(faults), faults, 0);
  }

  public static Refusal tooLarge(long limitBytes) {
    return new Refusal(
        ErrorCode.TOO_LARGE,
        "request_too_large",
        "the request body is larger than " + limitBytes + " bytes",
        List.of(),
        limitBytes);
  }

  /** For a body that would be too large in memory. */
  public static Refusal tooManyValues(int most) {
    return new Refusal(
        ErrorCode.TOO_LARGE,
        "too_many_values",
        "the request body has more than %d values (objects, lists, texts, numbers, true, false and"
                .formatted(most)
            + " null): keep what is large in files",
        List.of(),
        0);
  }

  public static Refusal mediaType(String expected) {
    return new Refusal(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send the body as " + expected,
        List.of(),
        0);
  }

  /**
   * For a compressed or otherwise encoded body.
   *
   * @param encoding the header's value
   */
  public static Refusal contentEncoding(String encoding) {
    String shown = encoding.length() > 40 ? encoding.substring(0, 40) + "…" : encoding;
    return new Refusal(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "the body has Content-Encoding: %s, and this server takes bodies as they are: send it"
                .formatted(shown)
            + " uncompressed, without that header",
        List.of(),
        0);
  }

  ErrorCode code() {
    return code;
  }

  String error() {
    return error;
  }

  List<Fault> faults() {
    return faults;
  }

  /** The exceeded limit in bytes, or 0. */
  long limitBytes() {
    return limitBytes;
  }

  /** For callers that get failures in the form of the areas. */
  public MnException toException() {
    return new MnException(
        code, error, getMessage(), faults.isEmpty() ? null : Fault.json(faults), null);
  }
}
