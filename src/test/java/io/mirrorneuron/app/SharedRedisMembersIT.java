package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.runtime.remote.Neighbours;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Servers that are together by their settings: each is in for as long as it runs. */
@Timeout(240)
@Proof.Cluster
class SharedRedisMembersIT {
  private static final String TWO = "mirror_neuron@two";

  @TempDir Path folder;

  private WholeServer server(RedisServer redis, String name) {
    return server(redis, name, "of-both");
  }

  private WholeServer server(RedisServer redis, String name, String joinToken) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "redis.url",
            redis.uri(),
            "network.join_token",
            joinToken,
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
        assertThatExceptionOfType(MnException.class)
            .isThrownBy(() -> two.cluster().members().remove(TWO))
            .withMessage(
                "node mirror_neuron@two is on the Redis of the others by its own settings, and"
                    + " cannot leave; to keep it from work: mn node maintenance, or drain it; or"
                    + " stop it");
        assertThat(one.cluster().members().add(two(two, "of-both")).status())
            .isEqualTo("connected");
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

  @Test
  void whoHasAnotherJoinTokenIsToldSoOnceItMeetsOthers() {
    Logger logger = (Logger) LoggerFactory.getLogger(Neighbours.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (RedisServer redis = RedisFixture.server(folder);
        WholeServer one = server(redis, "one");
        WholeServer two = server(redis, "two", "its own")) {
      eventually("it has told of itself", () -> two.cluster().overview().nodes().size() == 2);
      eventually(
          "it is told",
          () -> List.copyOf(said.list).toString(),
          lines ->
              lines.contains(
                  "node mirror_neuron@one on this Redis and this node cannot work together: it"
                      + " does not accept the join token of this one: network.join_token"
                      + " (MN_NETWORK_JOIN_TOKEN) must be the same on both"));
      assertThatExceptionOfType(MnException.class)
          .isThrownBy(() -> one.cluster().members().add(two(two, "its own")))
          .withMessage(
              "node mirror_neuron@two is on this Redis already, but does not accept the join token"
                  + " of node mirror_neuron@one, so they cannot work together: network.join_token"
                  + " (MN_NETWORK_JOIN_TOKEN) must be the same on both");
      assertThat(one.jobs().submit(job()).jobId()).isNotEmpty();
    } finally {
      logger.detachAppender(said);
    }
  }

  @Test
  void whoIsCalledAsAnotherButForCaseIsToldSo() {
    Logger logger = (Logger) LoggerFactory.getLogger(Neighbours.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (RedisServer redis = RedisFixture.server(folder);
        WholeServer small = server(redis, "n1");
        WholeServer large = server(redis, "N1")) {
      eventually(
          "both are told",
          () -> List.copyOf(said.list).toString(),
          lines ->
              lines.contains("another server on this Redis is called mirror_neuron@N1, and this")
                  && lines.contains("is called mirror_neuron@n1, and this one mirror_neuron@N1"));
      assertThat(small.cluster().members().self()).isNotEqualTo(large.cluster().members().self());
    } finally {
      logger.detachAppender(said);
    }
  }

  private static NewNode two(WholeServer two, String token) {
    return new NewNode(TWO, token, two.grpc().toString());
  }

  private static Submission job() {
    return Submission.of(SampleManifests.program("one", "true"));
  }
}
