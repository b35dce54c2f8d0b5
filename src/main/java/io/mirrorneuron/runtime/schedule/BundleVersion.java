package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.Sha256;
import java.util.Map;
import java.util.Objects;

/**
 * What the jobs of a schedule are made of, or were.
 *
 * @param number counts from 1
 * @param fingerprint of the manifest
 * @param bundle fingerprint of the payload files; null for none
 * @param graphId what its jobs are called after
 * @param source where it came from, as its maker says
 * @param by the name that its maker's token vouches for; null when it vouches for none
 * @param at when it came, milliseconds since the epoch
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BundleVersion(
    int number,
    String fingerprint,
    String bundle,
    String graphId,
    Map<String, Object> source,
    String by,
    long at) {
  private static final int DIGITS = 24;

  public BundleVersion {
    source = source == null ? Map.of() : source;
  }

  /** Of a manifest as it is stored. */
  public static String fingerprint(String manifest) {
    return Sha256.of(manifest).substring(0, DIGITS);
  }

  /** Whether both have the same manifest and the same payload files. */
  public boolean isSame(BundleVersion other) {
    return fingerprint.equals(other.fingerprint) && Objects.equals(bundle, other.bundle);
  }

  BundleVersion numbered(int other) {
    return new BundleVersion(other, fingerprint, bundle, graphId, source, by, at);
  }
}
