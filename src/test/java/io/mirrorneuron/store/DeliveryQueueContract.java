package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.DeliveryQueue.Delivery;
import io.mirrorneuron.store.DeliveryQueue.Entry;
import io.mirrorneuron.store.DeliveryQueue.Fate;
import io.mirrorneuron.store.DeliveryQueue.Head;
import io.mirrorneuron.store.DeliveryQueue.Overview;
import io.mirrorneuron.store.DeliveryQueue.Room;
import io.mirrorneuron.store.DeliveryQueue.State;
import io.mirrorneuron.store.DeliveryQueue.Verdict;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every queue of deliveries promises. */
interface DeliveryQueueContract {
  Room WIDE = new Room(10, 1000, 3, 100);
  long HOUR = 3_600_000;

  /** An empty one. */
  DeliveryQueue queue(Room room);

  /** Makes a leader with the given term. */
  void lead(long term);

  static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static DeliveryQueue opened(DeliveryQueue queue, String... targets) {
    List.of(targets).forEach(target -> await(queue.open(target)));
    return queue;
  }

  private static int add(DeliveryQueue queue, String id, String... targets) {
    return await(queue.add(delivery(id), "too many", List.of(targets)));
  }

  private static Delivery delivery(String id) {
    return new Delivery(id, "about " + id, "body of " + id);
  }

  private static Verdict verdict(Fate fate) {
    boolean isEnd = fate == Fate.DEAD || fate == Fate.DISABLED;
    return new Verdict(fate, "note", HOUR, isEnd ? "why" : "");
  }

  /** Tries the head, with that end. */
  private static void tried(DeliveryQueue queue, String target, Fate fate) {
    Head head = await(queue.head(target)).orElseThrow();
    assertThat(await(queue.begin(0, head, HOUR))).isTrue();
    assertThat(await(queue.settle(0, head, verdict(fate)))).isTrue();
  }

  private static List<String> ids(DeliveryQueue queue, String target, State state) {
    return await(queue.list(target, state, 100)).stream().map(Entry::id).toList();
  }

  @Test
  default void eachTargetHasItsOwnDeliveriesInTheirOrder() {
    DeliveryQueue queue = opened(queue(WIDE), "a", "b");
    assertThat(add(queue, "1", "a", "b")).isEqualTo(2);
    assertThat(add(queue, "2", "a")).isEqualTo(1);
    assertThat(add(queue, "3", "nobody")).isZero();

    assertThat(await(queue.due(10)))
        .containsExactlyInAnyOrder(
            new Head("a", delivery("1"), 0), new Head("b", delivery("1"), 0));
    assertThat(await(queue.due(1))).hasSize(1);
    tried(queue, "a", Fate.DELIVERED);
    assertThat(await(queue.head("a"))).contains(new Head("a", delivery("2"), 0));
    tried(queue, "a", Fate.DELIVERED);
    assertThat(await(queue.head("a"))).isEmpty();
    assertThat(ids(queue, "a", State.DELIVERED)).containsExactly("2", "1");
    assertThat(await(queue.due(10))).extracting(Head::target).containsExactly("b");
  }

  @Test
  default void whatIsAddedAgainIsThereOnce() {
    DeliveryQueue queue = opened(queue(WIDE), "a", "b");
    add(queue, "1", "a");
    assertThat(add(queue, "1", "a", "b")).as("only the other one lacked it").isEqualTo(1);
    tried(queue, "a", Fate.DELIVERED);
    assertThat(add(queue, "1", "a")).as("it was delivered").isZero();
    add(queue, "2", "a");
    tried(queue, "a", Fate.DEAD);
    assertThat(add(queue, "2", "a")).as("it is dead").isZero();
    assertThat(ids(queue, "a", State.PENDING)).isEmpty();
  }

  @Test
  default void aTryIsCountedBeforeItIsMadeAndHoldsTheRest() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    add(queue, "2", "a");
    Head head = await(queue.head("a")).orElseThrow();

    assertThat(await(queue.begin(0, head, HOUR))).isTrue();
    assertThat(await(queue.begin(0, head, HOUR))).as("it is under way").isFalse();
    assertThat(await(queue.due(10))).isEmpty();
    assertThat(await(queue.settle(0, head, verdict(Fate.RETRY)))).isTrue();
    assertThat(await(queue.settle(0, head, verdict(Fate.DELIVERED)))).isTrue();
    assertThat(await(queue.settle(0, head, verdict(Fate.DELIVERED)))).as("settled").isFalse();
    assertThat(ids(queue, "a", State.PENDING)).containsExactly("2");
  }

  @Test
  default void whatFailsWaitsAndIsDueAgain() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    add(queue, "2", "a");
    Head head = await(queue.head("a")).orElseThrow();
    await(queue.begin(0, head, HOUR));
    await(queue.settle(0, head, new Verdict(Fate.RETRY, "refused", HOUR, "")));

    assertThat(await(queue.head("a"))).isEmpty();
    List<Entry> waiting = await(queue.list("a", State.PENDING, 10));
    assertThat(waiting).extracting(Entry::id).containsExactly("1", "2");
    assertThat(waiting).extracting(Entry::tries).containsExactly(1, 0);
    assertThat(waiting).extracting(Entry::note).containsExactly("refused", "");
    assertThat(waiting.getFirst().nextAt()).isPositive();
    assertThat(waiting.getLast().nextAt()).isZero();
    await(queue.settle(0, head, new Verdict(Fate.RETRY, "again", 0, "")));
    assertThat(await(queue.head("a"))).contains(new Head("a", delivery("1"), 1));
  }

  @Test
  default void theDeadLetTheNextOnePassAndCanBeReplayed() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    List.of("1", "2", "3").forEach(id -> add(queue, id, "a"));
    tried(queue, "a", Fate.DEAD);
    tried(queue, "a", Fate.DEAD);
    assertThat(await(queue.list("a", State.DEAD, 10)))
        .containsExactly(
            new Entry("2", "about 2", 1, "note", "why", 0),
            new Entry("1", "about 1", 1, "note", "why", 0));

    assertThat(await(queue.replay("a", "nothing"))).isZero();
    assertThat(await(queue.replay("a", "1"))).isEqualTo(1);
    assertThat(await(queue.replay("a", ""))).isEqualTo(1);
    assertThat(ids(queue, "a", State.PENDING)).containsExactly("3", "1", "2");
    assertThat(await(queue.list("a", State.PENDING, 10))).extracting(Entry::tries).containsOnly(0);
    tried(queue, "a", Fate.DELIVERED);
    assertThat(await(queue.head("a"))).contains(new Head("a", delivery("1"), 0));
  }

  @Test
  default void aReplayWakesATargetThatHadNothing() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    tried(queue, "a", Fate.DEAD);
    assertThat(await(queue.due(10))).isEmpty();
    await(queue.replay("a", ""));
    assertThat(await(queue.due(10))).hasSize(1);
  }

  @Test
  default void aDisabledTargetKeepsWhatWaitsAndGetsNothingNew() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    tried(queue, "a", Fate.DISABLED);
    assertThat(await(queue.due(10))).isEmpty();
    assertThat(add(queue, "2", "a")).isZero();
    assertThat(await(queue.overview("a"))).isEqualTo(new Overview("why", 1, 0, 0, 0));

    assertThat(await(queue.enable("a"))).isTrue();
    assertThat(await(queue.enable("a"))).isFalse();
    assertThat(await(queue.head("a"))).contains(new Head("a", delivery("1"), 0));
    assertThat(add(queue, "3", "a")).isEqualTo(1);
  }

  @Test
  default void theOldestBehindTheHeadAreDeadWhenTooManyWait() {
    DeliveryQueue queue = opened(queue(new Room(3, 1000, 3, 100)), "a");
    for (int i = 1; i <= 5; i++) {
      add(queue, "" + i, "a");
    }
    assertThat(ids(queue, "a", State.PENDING)).containsExactly("1", "4", "5");
    assertThat(ids(queue, "a", State.DEAD)).containsExactly("3", "2");
    assertThat(await(queue.list("a", State.DEAD, 1)).getFirst().why()).isEqualTo("too many");
    assertThat(await(queue.replay("a", ""))).as("there is no room").isZero();

    for (int i = 6; i <= 8; i++) {
      add(queue, "" + i, "a");
    }
    assertThat(ids(queue, "a", State.DEAD)).containsExactly("6", "5", "4");
    assertThat(await(queue.overview("a"))).isEqualTo(new Overview("", 3, 3, 0, 2));
  }

  @Test
  default void bytesCount() {
    DeliveryQueue queue = opened(queue(new Room(100, 30, 3, 100)), "a");
    for (int i = 1; i <= 9; i++) {
      add(queue, "é" + i, "a"); // 11 bytes each
    }
    assertThat(ids(queue, "a", State.PENDING)).containsExactly("é1", "é9");
    assertThat(ids(queue, "a", State.DEAD)).containsExactly("é8", "é7");
    tried(queue, "a", Fate.DELIVERED);
    tried(queue, "a", Fate.DELIVERED);
    add(queue, "10", "a");
    add(queue, "11", "a");
    assertThat(ids(queue, "a", State.PENDING)).containsExactly("10", "11");
  }

  @Test
  default void onlyTheLastDeliveredOnesAreRemembered() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    for (int i = 1; i <= 5; i++) {
      add(queue, "" + i, "a");
      tried(queue, "a", Fate.DELIVERED);
    }
    assertThat(ids(queue, "a", State.DELIVERED)).containsExactly("5", "4", "3");
    assertThat(await(queue.overview("a")).delivered()).isEqualTo(5);
  }

  @Test
  default void onlyTheNewestIdsAreKnown() {
    DeliveryQueue queue = opened(queue(new Room(10, 1000, 3, 2)), "a");
    for (int i = 1; i <= 3; i++) {
      add(queue, "" + i, "a");
    }
    assertThat(add(queue, "1", "a")).as("it still waits").isZero();
    tried(queue, "a", Fate.DELIVERED);
    assertThat(add(queue, "3", "a")).isZero();
    assertThat(add(queue, "1", "a")).isEqualTo(1);
  }

  @Test
  default void aLeaderWhoseTimeIsOverChangesNothing() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    Head head = await(queue.head("a")).orElseThrow();
    lead(7);
    assertThatThrownBy(() -> await(queue.begin(6, head, HOUR)))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    assertThat(await(queue.begin(7, head, HOUR))).isTrue();
    lead(8);
    assertThatThrownBy(() -> await(queue.settle(7, head, verdict(Fate.DELIVERED))))
        .isInstanceOf(CompletionException.class);
    assertThat(await(queue.settle(8, head, verdict(Fate.DELIVERED)))).isTrue();
  }

  @Test
  default void nothingStaysOfATargetThatIsForgotten() {
    DeliveryQueue queue = opened(queue(WIDE), "a");
    add(queue, "1", "a");
    tried(queue, "a", Fate.DEAD);
    add(queue, "2", "a");
    Head head = await(queue.head("a")).orElseThrow();
    await(queue.begin(0, head, HOUR));
    await(queue.forget("a"));

    assertThat(await(queue.settle(0, head, verdict(Fate.RETRY)))).isFalse();
    assertThat(await(queue.overview("a"))).isEqualTo(new Overview("", 0, 0, 0, 0));
    assertThat(await(queue.due(10))).isEmpty();
    assertThat(add(queue, "3", "a")).isZero();
    opened(queue, "a");
    assertThat(add(queue, "1", "a")).isEqualTo(1);
  }
}
