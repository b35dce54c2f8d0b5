package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The kept versions of a schedule's bundle; empty until the bundle is changed for the first time.
 * Immutable.
 *
 * @param current number of the version from which jobs are made
 * @param kept oldest first
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BundleVersions(int current, List<BundleVersion> kept) {
  public static final BundleVersions FIRST = new BundleVersions(1, List.of());

  /** Most versions kept for a rollback. */
  public static final int MOST = 20;

  public BundleVersions {
    kept = kept == null ? List.of() : List.copyOf(kept);
  }

  /** Whether the bundle was never changed. */
  @JsonIgnore
  public boolean isFirst() {
    return kept.isEmpty();
  }

  public Optional<BundleVersion> of(int number) {
    return kept.stream().filter(one -> one.number() == number).findFirst();
  }

  /** The version before the current one. */
  public Optional<BundleVersion> before() {
    return kept.stream().filter(one -> one.number() < current).reduce((one, next) -> next);
  }

  /** Adds a version and makes it current. */
  public BundleVersions and(BundleVersion next) {
    int number = kept.isEmpty() ? 1 : kept.getLast().number() + 1;
    List<BundleVersion> all = new ArrayList<>(kept);
    all.add(next.numbered(number));
    return new BundleVersions(number, all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  /** Makes a kept version current. */
  public BundleVersions at(int number) {
    return new BundleVersions(number, kept);
  }

  /**
   * A version of the bundle from which a schedule makes jobs.
   *
   * @param number counts from 1
   * @param fingerprint of the manifest
   * @param bundle fingerprint of the payload files; null for none
   * @param graphId prefix of its jobs' ids
   * @param source origin as its author states it
   * @param by name that the author's token vouches for; null for none
   * @param at when it was added, milliseconds since the epoch
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

    /** Fingerprint of a manifest as it is stored. */
    public static String fingerprint(String manifest) {
      return Sha256.of(manifest).substring(0, DIGITS);
    }

    /** Whether manifest and payload files are the same. */
    public boolean isSame(BundleVersion other) {
      return fingerprint.equals(other.fingerprint) && Objects.equals(bundle, other.bundle);
    }

    BundleVersion numbered(int other) {
      return new BundleVersion(other, fingerprint, bundle, graphId, source, by, at);
    }
  }
}
