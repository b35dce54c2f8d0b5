package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.runtime.NodeBundles.BundleSweep;
import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.store.bundle.FileBundleStore;
import io.mirrorneuron.store.bundle.SharedBundles;
import io.mirrorneuron.testing.InMemoryBundleIndex;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real folders, time turned by hand. */
class BundleSweepTest {
  private static final Duration LIFETIME = Duration.ofDays(7);

  @TempDir Path root;
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-06-20T10:00:00Z"));
  private final TurnedTimers time = new TurnedTimers(clock);
  private final Set<String> used = new HashSet<>();

  private final BundleIndex index = new InMemoryBundleIndex(clock);
  private final AtomicInteger names = new AtomicInteger();

  private FileBundleStore store() {
    return new FileBundleStore(root, clock);
  }

  private SharedBundles shared() {
    return new SharedBundles(
        store(),
        index,
        new BundleSettings(1000, 10_000, null),
        "mirror_neuron@a",
        () -> "n" + names.incrementAndGet());
  }

  private String put(String content) {
    return shared().put(new Payloads.Inline(Map.of("d/file", content.getBytes())));
  }

  private void sweeping() {
    new BundleSweep(
            store(),
            shared().tidying(),
            () -> CompletableFuture.completedFuture(used),
            time,
            Runnable::run,
            LIFETIME)
        .keepOn();
  }

  private boolean isThere(String bundle) {
    return Files.exists(root.resolve(bundle).resolve("d/file"));
  }

  @Test
  void whatNoJobHasGoesWithinAnHourOfItsTime() {
    sweeping();
    String bundle = put("a");

    time.advance(LIFETIME);
    assertThat(isThere(bundle)).isTrue();
    time.advance(Duration.ofHours(1));
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void whatAJobHasStaysUntilNoneHasIt() {
    String bundle = put("a");
    used.add(bundle);
    sweeping();

    time.advance(LIFETIME.multipliedBy(10));
    assertThat(isThere(bundle)).isTrue();
    used.clear();
    time.advance(Duration.ofHours(1));
    assertThat(isThere(bundle)).isFalse();
  }

  @Test
  void whatAKilledServerWasWritingGoesAtTheStart() throws Exception {
    Path killed = Files.createDirectories(root.resolve(".staging-1/d"));
    Files.setLastModifiedTime(
        killed.getParent(), FileTime.from(clock.instant().minus(Duration.ofMillis(1))));
    Path ours = Files.createDirectories(root.resolve(".staging-2"));
    Files.setLastModifiedTime(ours, FileTime.from(clock.instant()));

    sweeping();

    assertThat(killed.getParent()).doesNotExist();
    assertThat(ours).exists();
  }

  @Test
  void aBundleThatIsSubmittedAgainIsNew() {
    sweeping();
    String bundle = put("a");
    String other = put("b");
    time.advance(Duration.ofDays(6));
    assertThat(put("a")).isEqualTo(bundle);

    time.advance(Duration.ofDays(6));
    assertThat(isThere(bundle)).isTrue();
    assertThat(isThere(other)).isFalse();
  }

  @Test
  void whatGrewOldWhileNoServerRanGoesAtTheStart() {
    String bundle = put("a");
    time.advance(LIFETIME.plusMillis(1));

    sweeping();

    assertThat(isThere(bundle)).isFalse();
  }

  @Test
  void whatIsUsedBetweenTheLookAndTheRemovalStays() {
    String bundle = put("a");
    time.advance(LIFETIME.plusHours(1));
    new BundleSweep(
            store(),
            shared().tidying(),
            () -> {
              put("a"); // a job is submitted
              return CompletableFuture.completedFuture(Set.of());
            },
            time,
            Runnable::run,
            LIFETIME)
        .keepOn();

    assertThat(isThere(bundle)).isTrue();
  }

  @Test
  void nothingGoesWhileNobodyKnowsWhatJobsHave() {
    String bundle = put("a");
    time.advance(LIFETIME.plusHours(1));
    new BundleSweep(
            store(),
            shared().tidying(),
            () -> CompletableFuture.failedFuture(new IllegalStateException("the store is away")),
            time,
            Runnable::run,
            LIFETIME)
        .keepOn();

    assertThat(isThere(bundle)).isTrue();
  }

  @Test
  void remainsOfABrokenWriteGoToo() throws Exception {
    Path staging = Files.createDirectories(root.resolve(".staging-1/d"));
    Files.writeString(staging.resolve("file"), "half");
    Files.setLastModifiedTime(staging.getParent(), FileTime.from(clock.instant()));
    sweeping();
    assertThat(staging).exists();

    time.advance(LIFETIME.plusHours(1));

    assertThat(root).isEmptyDirectory();
  }
}
