package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.config.redis.Sentinels;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.lane.SentinelMaster;
import io.mirrorneuron.testing.CommitWriters;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Frozen;
import io.mirrorneuron.testing.RedisTrio;
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

/** A master that dies or stands still, and the replica that Sentinels put in its place. */
@Timeout(120)
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

  private RedisLanes lanes(Sentinels sentinels) {
    return RedisLanes.connect(
            vertx, new SentinelMaster(sentinels, TIMEOUT), Storage.unwatched(), TIMEOUT)
        .await();
  }

  private CommitWriters writers() {
    JobStore store =
        new RedisJobStore(
            lanes(redis.sentinels()), new Keys("failover"), Duration.ofHours(1), 1_000_000);
    return CommitWriters.start(vertx, store, JOBS);
  }

  private static void writesOn(CommitWriters writers) {
    long before = writers.count();
    Eventually.eventually("commits are made", () -> writers.count() > before + 1000);
  }

  @Test
  void aKilledMasterIsReplaced() {
    CommitWriters writers = writers();
    writesOn(writers);

    redis.first().redis().destroyForcibly();
    Eventually.eventually("another is master", () -> redis.masterPort() != redis.first().port());
    writesOn(writers);

    System.out.println(
        "killed: %d ms without a commit, %d of %d lost"
            .formatted(writers.longestGapMs(), writers.stop(), writers.count()));
  }

  @Test
  void aMasterThatStandsStillIsReplacedAndNotGoneBackToWhenItGoesOn() {
    CommitWriters writers = writers();
    writesOn(writers);

    try (var _ = Frozen.process(redis.first().redis().pid())) {
      Eventually.eventually("another is master", () -> redis.masterPort() != redis.first().port());
      writesOn(writers);
    }
    writesOn(writers);

    long gap = writers.longestGapMs();
    assertThat(writers.stop()).isZero();
    System.out.println(
        "stood still: %d ms without a commit, none of %d lost".formatted(gap, writers.count()));
  }

  @Test
  void oneSentinelThatHangsAndOneThatIsDeadDoNotHinder() {
    redis.members().get(0).sentinel().destroyForcibly();
    try (var _ = Frozen.process(redis.members().get(1).sentinel().pid())) {
      assertThat(lanes(redis.sentinels()).isConnected()).isTrue();
    }
  }

  @Test
  void wrongNamesAndPasswordsAreTold() {
    Sentinels right = redis.sentinels();
    Secret wrong = new Secret("wrong");

    assertThatThrownBy(
            () ->
                lanes(
                    new Sentinels(
                        right.addresses(), "other", "", right.password(), right.ownPassword())))
        .hasMessageContaining("no master of the name other");
    assertThatThrownBy(
            () ->
                lanes(
                    new Sentinels(right.addresses(), right.master(), "", right.password(), wrong)))
        .hasMessageContaining("Sentinels refuse the password");
    assertThatThrownBy(
            () ->
                lanes(
                    new Sentinels(
                        right.addresses(), right.master(), "", wrong, right.ownPassword())))
        .hasMessageContaining("WRONGPASS");
    assertThatThrownBy(
            () ->
                lanes(
                    new Sentinels(
                        List.of("127.0.0.1:1"), right.master(), "", wrong, right.ownPassword())))
        .hasMessageContaining("no Sentinel answers");
  }
}
