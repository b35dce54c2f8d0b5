package io.mirrorneuron.store.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.InMemoryRecordStore;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class VersionManifestsTest {
  private static final long HOUR = 3_600_000;

  private final VersionManifests texts =
      new VersionManifests(new InMemoryRecordStore(), "manifests");

  private static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private void put(String key, String fingerprint, long now) {
    await(texts.put(key, fingerprint, "text of " + fingerprint, now));
  }

  private boolean has(String key, String fingerprint) {
    return await(texts.get(key, fingerprint)).isPresent();
  }

  @Test
  void whatWasPutIsThere() {
    put("web", "f1", 0);
    put("web", "f1", 1);
    assertThat(await(texts.get("web", "f1"))).contains("text of f1");
    assertThat(has("web", "f2")).isFalse();
    assertThat(has("other", "f1")).isFalse();
  }

  @Test
  void whatNoVersionHasGoesAfterAWhile() {
    put("web", "used", 0);
    put("web", "unused", 0);
    put("web", "kept again", 0);
    put("web", "kept again", HOUR);
    put("other", "unused", 0);
    await(texts.tidy("web", Set.of("used"), HOUR));
    assertThat(has("web", "used")).isTrue();
    assertThat(has("web", "kept again")).as("somebody is about to use it").isTrue();
    assertThat(has("web", "unused")).isFalse();
    assertThat(has("other", "unused")).isTrue();
  }
}
