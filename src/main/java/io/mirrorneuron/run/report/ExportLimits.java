package io.mirrorneuron.run.report;

/** Bounds of an exported run, so that whatever is written here can be checked elsewhere. */
final class ExportLimits {
  /** Below what the plain zip format can count. */
  static final int ENTRIES = 50_000;

  /** Of the list of entries at the end of the zip. */
  static final long DIRECTORY_BYTES = 64L << 20;

  /** Of all entries together, unpacked. */
  static final long EXPANDED_BYTES = 8L << 30;

  /** Of a document that is redacted or parsed as a whole. */
  static final int DOCUMENT_BYTES = 16 << 20;

  private ExportLimits() {}
}
