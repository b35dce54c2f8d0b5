package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.DeliveryQueue.Room;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries in a real Redis. */
class RedisDeliveryQueueIT implements DeliveryQueueContract {
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
  public DeliveryQueue queue(Room room) {
    return new RedisDeliveryQueue(redis.pipelines(), keys, room);
  }

  @Override
  public void lead(long term) {
    redis.ask(Command.HSET, keys.leader(DeliveryQueue.KIND), "term", term);
  }

  @Test
  void aTargetThatIsForgottenLeavesNoKey() {
    DeliveryQueue queue = queue(WIDE);
    DeliveryQueueContract.await(queue.open("a"));
    DeliveryQueueContract.await(
        queue.add(new DeliveryQueue.Delivery("1", "about", "body"), "too many", List.of("a")));
    DeliveryQueueContract.await(queue.forget("a"));
    assertThat(redis.ask(Command.KEYS, keys.webhookDeliveries(DeliveryQueue.KIND) + "*").size())
        .isZero();
  }
}
