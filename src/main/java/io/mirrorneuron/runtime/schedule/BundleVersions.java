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
 * The versions of the bundle of a schedule that are kept. One whose bundle was never changed keeps
 * none: it has its first. Immutable.
 *
 * @param current the number of the one that jobs are made of
 * @param kept oldest first
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BundleVersions(int current, List<BundleVersion> kept) {
  public static final BundleVersions FIRST = new BundleVersions(1, List.of());

  /** So many can be gone back to. */
  public static final int MOST = 20;

  public BundleVersions {
    kept = kept == null ? List.of() : List.copyOf(kept);
  }

  /** Whether the bundle was never changed, so that nothing is kept. */
  @JsonIgnore
  public boolean isFirst() {
    return kept.isEmpty();
  }

  public Optional<BundleVersion> of(int number) {
    return kept.stream().filter(one -> one.number() == number).findFirst();
  }

  /** The one before the current one. */
  public Optional<BundleVersion> before() {
    return kept.stream().filter(one -> one.number() < current).reduce((one, next) -> next);
  }

  /** With one more, which is the current one. */
  public BundleVersions and(BundleVersion next) {
    int number = kept.isEmpty() ? 1 : kept.getLast().number() + 1;
    List<BundleVersion> all = new ArrayList<>(kept);
    all.add(next.numbered(number));
    return new BundleVersions(number, all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  /** With one that is kept as the current one. */
  public BundleVersions at(int number) {
    return new BundleVersions(number, kept);
  }

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
}
