package io.mirrorneuron.store;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What it costs one Redis that a thousand servers say that they live, and ask who leads: figures
 * for {@code docs/scale.md}, and bounds for what grows with the number of servers.
 */
@Timeout(60)
@Proof.Limits
class ThousandNodesIT {
  private static final int NODES = 1000;
  private static final Pattern SENT = Pattern.compile("total_net_output_bytes:(\\d+)");
  private static final Pattern CPU = Pattern.compile("used_cpu_(?:user|sys):([0-9.]+)");

  /**
   * Of one call, on the average.
   *
   * @param bytes that Redis sent
   * @param micros of CPU that Redis used
   */
  private record Cost(double bytes, double micros) {}

  @Test
  void heartbeatsAndLeads(@TempDir Path folder) {
    try (RedisFixture redis = RedisFixture.start(folder)) {
      Keys keys = new Keys("mn");
      RedisPipelines pipelines = redis.pipelines();
      List<NodeRegistry> nodes =
          IntStream.range(0, NODES)
              .<NodeRegistry>mapToObj(i -> new RedisNodeRegistry(pipelines, keys, Lifetime.DEFAULT))
              .toList();
      Cost come = cost(redis, () -> all(i -> nodes.get(i).beat(owner(i))));
      all(i -> nodes.get(i).beat(owner(i)));
      Cost beat = cost(redis, () -> all(i -> nodes.get(i).beat(owner(i))));
      LeaderLease lease = new RedisLeaderLease(pipelines, keys);
      long term = await(lease.take("deployments", owner(0), 60_000, LeaderLease.NONE, "")).term();
      Function<Integer, CompletionStage<?>> ask =
          i -> lease.take("deployments", owner(i), 60_000, i == 0 ? term : LeaderLease.NONE, "");
      Cost lead = cost(redis, () -> all(ask::apply));
      await(nodes.get(7).leave(owner(7)));
      Cost reported = cost(redis, () -> all(i -> nodes.get(i).beat(owner(i == 7 ? 8 : i))));
      System.out.printf(
          "of %d servers: %s the first heartbeat, %s a heartbeat, %s one when a server is gone,"
              + " %s a look at the lead%n",
          NODES, come, beat, reported, lead);

      assertThat(await(nodes.getFirst().living())).hasSize(NODES - 1).doesNotContain(owner(7));
      assertThat(beat.bytes).as("a heartbeat is not told the names again").isLessThan(200);
      assertThat(reported.bytes).as("the names are told").isBetween(40.0 * NODES, 60.0 * NODES);
      assertThat(lead.bytes).as("who does not lead is told so").isLessThan(200);
    }
  }

  private static String owner(int i) {
    return "mirror_neuron@host-%04d#0123456789abcdef".formatted(i);
  }

  private static void all(IntFunction<CompletionStage<?>> call) {
    CompletableFuture.allOf(
            IntStream.range(0, NODES)
                .mapToObj(i -> call.apply(i).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  private static Cost cost(RedisFixture redis, Runnable calls) {
    double bytes = sum(redis, "stats", SENT);
    double seconds = sum(redis, "cpu", CPU);
    calls.run();
    return new Cost(
        (sum(redis, "stats", SENT) - bytes) / NODES,
        (sum(redis, "cpu", CPU) - seconds) * 1e6 / NODES);
  }

  private static double sum(RedisFixture redis, String section, Pattern figure) {
    Matcher found = figure.matcher(redis.ask(Command.INFO, section).toString());
    double sum = 0;
    while (found.find()) {
      sum += Double.parseDouble(found.group(1));
    }
    return sum;
  }
}
