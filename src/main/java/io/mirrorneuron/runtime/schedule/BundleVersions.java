package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
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
}
