package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.config.Secret;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.SentinelMaster;
import io.mirrorneuron.testing.CommitProcess;
import io.mirrorneuron.testing.CommitWriters;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisTrio;
import io.mirrorneuron.testing.Tally;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A master that dies or stands still, and the replica that Sentinels put in its place. */
@Timeout(120)
@Proof.Cluster
class SentinelFailoverIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int JOBS = 16;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private RedisTrio redis;

  @BeforeEach
  void start() throws IOException {
    redis = RedisTrio.start(folder);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    redis.close();
  }

  private RedisPipelines pipelines(Sentinels sentinels) {
    return RedisPipelines.connect(
            vertx,
            RedisDialer.to(new SentinelMaster(sentinels, TIMEOUT)),
            Storage.unwatched(),
            TIMEOUT)
        .await();
  }

  private CommitWriters writers(boolean acknowledged) {
    return CommitWriters.start(
        vertx, CommitProcess.store(vertx, redis.sentinels(), acknowledged), JOBS);
  }

  private static void writesOn(CommitWriters writers) {
    writers.writeOn(50);
  }

  private void replaced() {
    Eventually.eventually("another is master", redis::isReplaced);
  }

  private static void reported(String what, CommitWriters writers, long lost) {
    System.out.println(
        "%s: %d ms without a commit, %d of %d acknowledged ones lost"
            .formatted(what, writers.longestGapMs(), lost, writers.count()));
  }

  @ParameterizedTest
  @MethodSource("io.mirrorneuron.testing.CommitWriters#modes")
  void aKilledMasterIsReplaced(boolean acknowledged) {
    CommitWriters writers = writers(acknowledged);
    writesOn(writers);

    Tally.kill(redis.first().redis().toHandle());
    replaced();
    writesOn(writers);

    long lost = writers.stop();
    reported("killed" + (acknowledged ? ", acknowledged by a replica" : ""), writers, lost);
    if (acknowledged) {
      assertThat(lost).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("io.mirrorneuron.testing.CommitWriters#modes")
  void aMasterThatStandsStillIsReplacedAndNotGoneBackToWhenItGoesOn(boolean acknowledged) {
    CommitWriters writers = writers(acknowledged);
    writesOn(writers);

    try (var _ = Frozen.process(redis.first().redis().pid())) {
      replaced();
      writesOn(writers);
    }
    long lost = writers.lost();
    writesOn(writers);

    assertThat(writers.stop()).as("none is lost by the old master, which goes on").isEqualTo(lost);
    reported("stood still" + (acknowledged ? ", acknowledged by a replica" : ""), writers, lost);
    if (acknowledged) {
      assertThat(lost).isZero();
    }
  }

  @Test
  void withoutAReplicaNothingCountsUntilOneIsBack() {
    CommitWriters writers = writers(true);
    writesOn(writers);
    Process second = redis.members().get(1).redis();
    Process third = redis.members().get(2).redis();

    try (var _ = Frozen.process(second.pid());
        var _ = Frozen.process(third.pid())) {
      Eventually.eventually(
          "commits in doubt are loaded again", () -> writers.inDoubt() >= 2 * JOBS);
    }
    writesOn(writers);

    assertThat(writers.stop()).isZero();
  }

  @Test
  void oneSentinelThatHangsAndOneThatIsDeadDoNotHinder() {
    Tally.kill(redis.members().get(0).sentinel().toHandle());
    try (var _ = Frozen.process(redis.members().get(1).sentinel().pid())) {
      assertThat(pipelines(redis.sentinels()).isConnected()).isTrue();
    }
  }

  @Test
  void wrongNamesAndPasswordsAreTold() {
    Sentinels right = redis.sentinels();
    Secret wrong = new Secret("wrong");

    assertThatThrownBy(
            () ->
                pipelines(
                    new Sentinels(
                        right.addresses(), "other", "", right.password(), right.ownPassword())))
        .hasMessageContaining("no master of the name other");
    assertThatThrownBy(
            () ->
                pipelines(
                    new Sentinels(right.addresses(), right.master(), "", right.password(), wrong)))
        .hasMessageContaining("Sentinels refuse the password");
    assertThatThrownBy(
            () ->
                pipelines(
                    new Sentinels(
                        right.addresses(), right.master(), "", wrong, right.ownPassword())))
        .hasMessageContaining("WRONGPASS");
    assertThatThrownBy(
            () ->
                pipelines(
                    new Sentinels(
                        List.of("127.0.0.1:1"), right.master(), "", wrong, right.ownPassword())))
        .hasMessageContaining("no Sentinel answers");
  }
}
