package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.TriggerEventStore.Room;
import io.mirrorneuron.store.TriggerEventStore.Seal;
import io.mirrorneuron.store.TriggerEventStore.Teller;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of events promises. */
public interface TriggerEventStoreContract {

  /** An empty one. */
  TriggerEventStore store(Room room);

  private static Optional<String> tell(TriggerEventStore store, String document) {
    return store.add(Teller.OTHERS, document, null).toCompletableFuture().join();
  }

  private static List<String> newest(TriggerEventStore store, int limit) {
    return store.newest(limit).toCompletableFuture().join();
  }

  @Test
  default void theNewestComeFirst() {
    TriggerEventStore store = store(new Room(10, 1000));
    assertThat(newest(store, 5)).isEmpty();
    List.of("one", "two", "thrée").forEach(document -> assertThat(tell(store, document)).isEmpty());

    assertThat(newest(store, 5)).containsExactly("thrée", "two", "one");
    assertThat(newest(store, 2)).containsExactly("thrée", "two");
  }

  @Test
  default void theOldestGoWhenThereAreTooMany() {
    TriggerEventStore store = store(new Room(12, 1000));
    IntStream.range(0, 30).forEach(i -> tell(store, "event " + i));

    assertThat(newest(store, 100)).hasSize(12).startsWith("event 29").endsWith("event 18");
  }

  @Test
  default void theOldestGoWhenTheyAreTooLarge() {
    TriggerEventStore store = store(new Room(100, 10));
    List.of("aaaa", "bbbb", "ccc").forEach(document -> tell(store, document));
    assertThat(newest(store, 100)).containsExactly("ccc", "bbbb");

    tell(store, "larger than all there is room for");
    assertThat(newest(store, 100)).containsExactly("larger than all there is room for");
    tell(store, "éé"); // four bytes
    tell(store, "1234567");
    assertThat(newest(store, 100)).containsExactly("1234567");
  }

  @Test
  default void whatIsToldAgainIsNotStoredAgain() {
    TriggerEventStore store = store(new Room(2, 1000));
    Seal seal = new Seal("e1", "first of its kind");
    assertThat(store.add(Teller.OTHERS, "a", seal).toCompletableFuture().join()).isEmpty();
    assertThat(store.add(Teller.OTHERS, "b", new Seal("e1", "other")).toCompletableFuture().join())
        .contains("first of its kind");
    assertThat(newest(store, 10)).containsExactly("a");

    tell(store, "c");
    tell(store, "d");
    assertThat(store.add(Teller.OTHERS, "a", seal).toCompletableFuture().join())
        .as("also when it is not kept any more")
        .contains("first of its kind");
    assertThat(newest(store, 10)).containsExactly("d", "c");
  }

  @Test
  default void theRuntimeDrivesOutNobody() {
    TriggerEventStore store = store(new Room(3, 1000));
    tell(store, "told");
    IntStream.range(0, 9)
        .forEach(i -> store.add(Teller.RUNTIME, "own " + i, null).toCompletableFuture().join());
    tell(store, "told later");

    assertThat(newest(store, 10)).containsExactly("told later", "own 8", "own 7", "own 6", "told");
    assertThat(newest(store, 2)).containsExactly("told later", "own 8");
  }
}
