package io.mirrorneuron.runtime.drain;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.drain.NodeDrains.NodeWatch;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.testing.InMemoryRecordStore;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class NodeWatchTest {
  private final TurnedTimers timers =
      new TurnedTimers(new TurnedClock(Instant.parse("2026-01-02T03:04:05.006Z")));
  private final InMemoryRecordStore records = new InMemoryRecordStore();

  /** Completing one lets the list it stands for be answered. */
  private final List<CompletableFuture<Void>> held = new ArrayList<>();

  private boolean holds;

  private final NodeStore book = new NodeStore(slow(), timers);
  private final NodeWatch watch = new NodeWatch("n@here", book, () -> true, out -> {}, timers);

  private RecordStore slow() {
    return (RecordStore)
        Proxy.newProxyInstance(
            RecordStore.class.getClassLoader(),
            new Class<?>[] {RecordStore.class},
            (proxy, method, values) -> {
              Object answer = method.invoke(records, values);
              if (!holds || !method.getName().equals("list")) {
                return answer;
              }
              held.add(new CompletableFuture<>());
              return held.getLast().thenCompose(done -> (CompletionStage<?>) answer);
            });
  }

  private void maintain(String node) {
    Answers.await(
        book.change(node, before -> before.with(NodeCondition.MAINTENANCE, false, "disk")));
  }

  @Test
  void whatIsDecidedHereIsKnownOnceItIsDone() {
    book.readBy(watch::look);
    maintain("n@other");

    assertThat(watch.takesWork("n@other")).isFalse();
    assertThat(watch.takesWork("n@here")).isTrue();
  }

  @Test
  void aLookThatEndsAfterALaterOneChangesNothing() {
    holds = true;
    watch.look();
    maintain("n@other");
    watch.look();

    held.get(1).complete(null);
    assertThat(watch.takesWork("n@other")).isFalse();
    held.get(0).complete(null);
    assertThat(watch.takesWork("n@other")).isFalse();
  }

  @Test
  void aChangeIsDoneThoughItCannotBeReadAgain() {
    book.readBy(() -> CompletableFuture.failedStage(new IllegalStateException("away")));
    maintain("n@other");

    assertThat(Answers.await(book.read("n@other")).schedulingEligible()).isFalse();
  }
}
