package io.mirrorneuron.model;

/** A reason in the caller's own words. */
public final class GivenReason {
  private static final int LONGEST = 1000;

  private GivenReason() {}

  /**
   * The same text, or null.
   *
   * @throws MnException INVALID when it is too long
   */
  public static String checked(String text) {
    int length = text == null ? 0 : text.codePointCount(0, text.length());
    if (length > LONGEST) {
      throw MnException.invalid(
          "reason must have at most %d characters (Unicode code points), not %d"
              .formatted(LONGEST, length));
    }
    return text;
  }
}
