package io.mirrorneuron.app;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import io.mirrorneuron.testing.RedisFixture;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that share a Redis agree on how long a silent one counts as alive. With ten minutes the
 * next heartbeat is more than three minutes away: whatever is known earlier was heard at once.
 */
@Timeout(150)
class SilenceIT {
  private static final String TEN_MINUTES = "600000";
  private static final String USUAL = "15000";
  private static final String KEPT = "mirror_neuron:nodes:silence";

  @TempDir Path folder;
  private RedisFixture redis;

  @BeforeEach
  void start() {
    redis = RedisFixture.start(folder);
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private WholeServer server(String name, String silence) {
    return WholeServer.start(
        folder.resolve(name),
        Map.of(
            "redis.url",
            redis.uri(),
            "node.name",
            "mirror_neuron@" + name,
            "cluster.silence_ms",
            silence));
  }

  private void refused(String name, String silence, String other, String by) {
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(() -> server(name, silence).close())
        .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT))
        .withMessageContaining("is %s at mirror_neuron@%s", reported(silence), name)
        .withMessageContaining(" and %s at the servers", reported(other))
        .withMessageContaining("(mirror_neuron@%s)", by);
  }

  private static String reported(String silence) {
    return silence.equals(USUAL) ? USUAL + ", the default," : silence;
  }

  private static List<String> nodes(WholeServer server) {
    return server.cluster().overview().nodes().stream()
        .map(node -> node.name() + " " + node.status())
        .sorted()
        .toList();
  }

  private static boolean lives(WholeServer seenBy, String name) {
    return seenBy.cluster().overview().nodes().stream()
        .filter(node -> node.name().equals("mirror_neuron@" + name))
        .map(ClusterNode::status)
        .anyMatch(status -> !status.equals("offline"));
  }

  @Test
  void whoComesAndWhoGoesIsHeardOfAtOnce() {
    try (WholeServer one = server("one", TEN_MINUTES)) {
      try (WholeServer two = server("two", TEN_MINUTES)) {
        eventually("the first one knows the second", () -> lives(one, "two"));
        eventually("the second one knows the first", () -> lives(two, "one"));
        assertThat(nodes(one)).hasSize(2).isEqualTo(nodes(two));
      }
      eventually("it has gone", () -> !lives(one, "two"));
    }
  }

  @Test
  void anotherValueIsRefusedWhileAServerLivesAndTakenOnceNoneDoes() {
    try (WholeServer one = server("one", TEN_MINUTES)) {
      refused("two", USUAL, TEN_MINUTES, "one");
      assertThat(nodes(one)).hasSize(1);
    }

    try (WholeServer two = server("two", USUAL)) {
      refused("one", TEN_MINUTES, USUAL, "two");
      try (WholeServer one = server("one", USUAL)) {
        eventually("they know each other", () -> lives(one, "two") && lives(two, "one"));
      }
    }
  }

  @Test
  void whatIsKeptIsWrittenAnewWhereItWasLostOrSpoilt() {
    redis.ask(Command.SET, KEPT, "garbage");
    try (WholeServer _ = server("one", "10000")) {
      assertThat(kept()).isEqualTo("10000");
      redis.ask(Command.SET, KEPT, "garbage");
      eventually("it is a number again", () -> kept().equals("10000"));
      redis.ask(Command.DEL, KEPT);
      eventually("it is there again", () -> kept().equals("10000"));
    }
    redis.ask(Command.DEL, KEPT);
    redis.ask(Command.RPUSH, KEPT, "a list");
    server("two", "20000").close();
    assertThat(kept()).isEqualTo("20000");
  }

  private String kept() {
    return String.valueOf(redis.ask(Command.GET, KEPT));
  }

  /** Heartbeats go on where a user of Redis may neither publish nor hear. */
  @Test
  void whereRedisLetsNobodyHearServersWorkAllTheSame() {
    redis.ask(Command.ACL, "SETUSER", "default", "resetchannels");
    Map<String, String> deaf = Map.of("redis.url", redis.uri(), "cluster.silence_ms", "10000");
    try (WholeServer one = WholeServer.start(folder.resolve("one"), named(deaf, "one"));
        WholeServer two = WholeServer.start(folder.resolve("two"), named(deaf, "two"))) {
      eventually("they know each other", () -> lives(one, "two") && lives(two, "one"));
    }
  }

  private static Map<String, String> named(Map<String, String> settings, String name) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("node.name", "mirror_neuron@" + name);
    return all;
  }
}
