package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.TriggerEventStore.Room;
import io.mirrorneuron.store.TriggerEventStore.Seal;
import io.mirrorneuron.store.TriggerEventStore.Teller;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Events in a real Redis. */
class RedisTriggerEventsIT implements TriggerEventStoreContract {
  @TempDir static Path folder;
  private static RedisFixture redis;

  private Keys keys;

  @BeforeAll
  static void start() {
    redis = RedisFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void takeKeysOfTheTest(TestInfo test) {
    keys = new Keys(test.getTestMethod().orElseThrow().getName());
  }

  @Override
  public TriggerEventStore store(Room room) {
    return new RedisTriggerEventStore(redis.pipelines(), keys, room);
  }

  @Test
  void sealsGoByThemselves() {
    store(new Room(3, 100))
        .add(Teller.OTHERS, "a", new Seal("e1", "seal"))
        .toCompletableFuture()
        .join();

    assertThat(redis.ask(Command.TTL, keys.triggerEvents() + "seal:e1").toInteger())
        .isBetween(86_000, 86_400);
  }
}
