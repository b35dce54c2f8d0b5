package io.mirrorneuron.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Deterministic ids, derived from what they name: a repeated report has the same id. Pure. */
public final class DerivedId {
  private DerivedId() {}

  /** 16 letters, digits, hyphens or underscores; distinct for distinct arguments. */
  public static String of(String whole, String part, long index) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((whole + '\n' + part + '\n' + index).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest.digest(), 12));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Id of the span ({@code spn_…}) of one part of a job.
   *
   * @param traceId {@code trc_…}
   * @param part a step, an agent outside of steps, or {@code job}
   * @param attempt 0 for a single one
   */
  public static String span(String traceId, String part, int attempt) {
    return "spn_" + of(traceId, part, attempt);
  }
}
