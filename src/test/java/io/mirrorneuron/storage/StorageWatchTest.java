package io.mirrorneuron.storage;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.storage.StorageWatch.StoreProbe;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StorageWatchTest {
  private static final List<String> AWAY = List.of("Redis does not answer");

  private final Storage storage =
      new Storage(
          List.of(new WatchedFolder("the home folder", "home", Path.of("/"))),
          0,
          new FreeSpace() {
            @Override
            public Room of(Path folder) {
              return new Room(1 << 30, 1 << 30);
            }

            @Override
            public void tryWriting(Path folder) {
              // always works
            }
          },
          Clock.systemUTC());
  private final StorageWatch watch = StorageWatch.start(storage);

  /** A store whose answers a test decides on. */
  private static final class Store implements StoreProbe {
    volatile boolean connected = true;
    volatile CompletionStage<?> answers = CompletableFuture.completedStage(null);
    volatile CompletionStage<?> writes = CompletableFuture.completedStage(null);

    @Override
    public boolean isConnected() {
      return connected;
    }

    @Override
    public CompletionStage<?> answers() {
      return answers;
    }

    @Override
    public CompletionStage<?> writes() {
      return writes;
    }
  }

  @AfterEach
  void stop() {
    watch.close();
  }

  private List<String> reasons() {
    return watch.reasons().toCompletableFuture().join();
  }

  @Test
  void aStoreThatIsAwayIsAReasonAtOnce() {
    Store store = new Store();
    watch.asks(store);
    assertThat(watch.isReady()).isTrue();

    store.connected = false;
    assertThat(watch.isReady()).isFalse();
    assertThat(reasons()).isEqualTo(AWAY);
  }

  @Test
  void aStoreThatHangsIsAReasonUntilItAnswers() {
    Store store = new Store();
    CompletableFuture<Void> hangs = new CompletableFuture<>();
    store.answers = hangs;
    watch.asks(store);
    eventually("the end of patience", () -> !watch.isReady());
    assertThat(reasons()).isEqualTo(AWAY);

    store.answers = CompletableFuture.completedStage(null);
    hangs.complete(null);
    eventually("an answer", watch::isReady);
  }

  @Test
  void aStoreThatRefusedIsTriedUntilItWrites() {
    Store store = new Store();
    store.writes = CompletableFuture.failedStage(new IOException("MISCONF"));
    watch.asks(store);
    storage.refusedByRedis(new IOException("MISCONF"));
    assertThat(watch.isReady()).isFalse();
    assertThat(reasons()).containsExactly("Redis cannot write to its disk");

    store.writes = CompletableFuture.completedStage(null);
    eventually("a write", watch::isReady);
  }

  @Test
  void aRefusedWriteIsLookedIntoAtOnce() {
    storage.explained(new IOException("No space left on device"));
    eventually("the disk being tried", watch::isReady);
  }
}
