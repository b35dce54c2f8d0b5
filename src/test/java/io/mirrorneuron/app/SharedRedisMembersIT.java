package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.upkeep.NodeCondition;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that are together by their settings: each is in for as long as it runs. */
@Timeout(240)
class SharedRedisMembersIT {
  private static final String TWO = "mirror_neuron@two";

  @TempDir Path folder;

  private WholeServer server(RedisServer redis, String name) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "redis.url",
            redis.uri(),
            "network.join_token",
            "of-both",
            "node.drain_on_stop_seconds",
            "0",
            "node.name",
            "mirror_neuron@" + name));
  }

  private static NodeCondition condition(WholeServer at) {
    return at.cluster().upkeep().status(TWO).status();
  }

  @Test
  void oneThatWasTakenOutWhileItWasStoppedIsInAgainWhenItIsStarted() {
    try (RedisServer redis = RedisFixture.server(folder);
        WholeServer one = server(redis, "one")) {
      try (WholeServer two = server(redis, "two")) {
        eventually("it has told of itself", () -> one.cluster().overview().nodes().size() == 2);
        assertThatExceptionOfType(MnException.class)
            .isThrownBy(() -> one.cluster().members().remove(TWO))
            .withMessageContaining("has joined no cluster");
        assertThat(two.jobs().submit(job()).jobId()).isNotEmpty();
      }
      eventually("it is stopped", () -> condition(one) == NodeCondition.OFFLINE);

      assertThat(one.cluster().members().remove(TWO).status()).isEqualTo("disconnected");
      assertThat(condition(one)).isEqualTo(NodeCondition.DISCONNECTED);
      try (WholeServer again = server(redis, "two")) {
        eventually("it is back", () -> condition(one) == NodeCondition.HEALTHY);
        assertThat(again.jobs().submit(job()).jobId()).isNotEmpty();
        assertThat(one.cluster().overview().nodes()).hasSize(2);
      }
    }
  }

  private static Submission job() {
    return Submission.of(SampleManifests.program("one", "true"));
  }
}
