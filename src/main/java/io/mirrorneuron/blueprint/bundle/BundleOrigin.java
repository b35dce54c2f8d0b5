package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/** Where a bundle was found; names it in errors. */
public enum BundleOrigin {
  /** Its faults are those of the server: nobody sent it. */
  CATALOG("catalog", null, "blueprint ", ErrorCode.INTERNAL, "catalog_broken"),
  PATH("path", "local_path", "blueprint ", ErrorCode.MALFORMED, "invalid_blueprint"),
  UPLOAD("bundle", "uploaded_bundle", "bundle ", ErrorCode.MALFORMED, "invalid_bundle");

  private final String source;
  private final String recorded;
  private final String what;
  private final ErrorCode code;
  private final String error;

  BundleOrigin(String source, String recorded, String what, ErrorCode code, String error) {
    this.source = source;
    this.recorded = recorded;
    this.what = what;
    this.code = code;
    this.error = error;
  }

  /** The word that launches have for it: {@code catalog}, {@code path} or {@code bundle}. */
  public String source() {
    return source;
  }

  /** What a record that was made of the bundle says of it; null for those of the catalog. */
  String recorded() {
    return recorded;
  }

  /** What comes before the name of one of its files. */
  String what() {
    return what;
  }

  /** A refusal of a bundle that was looked for there. */
  public MnException refusal(String message, Throwable cause) {
    return new MnException(code, error, message, null, cause);
  }

  /** The same refusal, as one of a bundle from here; what is too large stays so. */
  MnException refusal(MnException fault, String message) {
    boolean isSize = fault.code() == ErrorCode.TOO_LARGE && code != ErrorCode.INTERNAL;
    return isSize
        ? fault
        : new MnException(code, error, message, fault.validation(), fault.getCause());
  }

  /**
   * Under which names a launch goes into the records of runs.
   *
   * @param revision of the blueprint; blank when nobody says
   */
  public record RunIdentity(String blueprintId, String runId, String revision) {}
}
