package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisBundleIndex;
import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.store.bundle.BundleIndex.Unused;
import io.mirrorneuron.store.bundle.FileBundleStore;
import io.mirrorneuron.store.bundle.SharedBundles;
import io.mirrorneuron.store.bundle.SharedTidying;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Submissions of the same files while another node removes all that no job has, at once and several
 * times a submission, though less often than a submission tries: no job is ever without its files.
 */
class BundleRaceIT {
  private static final int JOBS = 40;
  private static final int REMOVALS_EACH = 3;

  @TempDir Path folder;

  @Test
  void noSubmissionLosesItsFilesToTidying() throws Exception {
    try (RuntimeFixture runtime = new RuntimeFixture(folder.resolve("home"))) {
      BundleIndex index = new RedisBundleIndex(runtime.pipelines(), new Keys("mirror_neuron"));
      Payloads files = new Payloads.Inline(Map.of("f", new byte[] {7}));
      SharedTidying tidying =
          new SharedBundles(
                  new FileBundleStore(folder.resolve("other"), Clock.systemUTC()),
                  index,
                  new BundleSettings(1000, 1000, null),
                  "other@test",
                  () -> "none")
              .tidying();
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger left = new AtomicInteger(REMOVALS_EACH);
      CompletableFuture<Integer> removals =
          CompletableFuture.supplyAsync(
              () ->
                  removed(runtime, index, tidying, FileBundleStore.fingerprint(files), left, done),
              Thread::startVirtualThread);
      try {
        for (int i = 0; i < JOBS; i++) {
          runtime.jobs().submit(job(files));
          assertThat(index.find(FileBundleStore.fingerprint(files)))
              .as("after submission %d", i)
              .isPresent();
          runtime.jobs().clear("admin");
          left.set(REMOVALS_EACH);
        }
      } finally {
        done.set(true);
      }
      assertThat(removals.get()).as("removals").isGreaterThan(JOBS / 10);
    }
  }

  private static Submission job(Payloads files) {
    String manifest =
        """
        {"manifest_version":"1.0","graph_id":"idle","entrypoints":["work"],
         "nodes":[{"node_id":"work","agent_type":"router"}]}
        """;
    return new Submission(manifest, files, null);
  }

  private static int removed(
      RuntimeFixture runtime,
      BundleIndex index,
      SharedTidying tidying,
      String bundle,
      AtomicInteger left,
      AtomicBoolean done) {
    int removals = 0;
    while (!done.get()) {
      if (left.get() == 0) {
        Thread.onSpinWait();
        continue;
      }
      Unused unused = tidying.unusedFor(Duration.ZERO);
      boolean was = unused.fingerprints().contains(bundle);
      boolean isUsed = !runtime.jobs().list(1, true).data().isEmpty();
      if (was && !isUsed) {
        left.decrementAndGet();
      }
      tidying.remove(unused, isUsed ? Set.of(bundle) : Set.of());
      removals += was && index.find(bundle).isEmpty() ? 1 : 0;
    }
    return removals;
  }
}
