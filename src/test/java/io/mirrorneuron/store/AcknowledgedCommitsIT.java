package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.CommitProcess;
import io.mirrorneuron.testing.CommitWriters;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisTrio;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What it costs that a replica must have each commit, and that it costs nothing by default. */
@Timeout(240)
@Proof.Cluster
class AcknowledgedCommitsIT {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private RedisTrio redis;
  private Redis master;

  @BeforeEach
  void start() throws IOException {
    redis = RedisTrio.start(folder);
    master =
        Redis.createClient(
            vertx,
            "redis://:%s@%s:%d"
                .formatted(
                    redis.sentinels().password().value(),
                    redis.first().address(),
                    redis.first().port()));
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    redis.close();
  }

  private CommitWriters writers(boolean acknowledged, int jobs) {
    return CommitWriters.start(
        vertx, CommitProcess.store(vertx, redis.sentinels(), acknowledged), jobs);
  }

  /** How often the command was called, by clients and by scripts. */
  private long calls(String command) {
    String all = master.send(Request.cmd(Command.INFO).arg("commandstats")).await().toString();
    Matcher line = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(all);
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  @Test
  void byDefaultACommitIsOneCommandAndNobodyWaits() {
    CommitWriters writers = writers(false, 16);
    writers.writeOn(20);
    assertThat(writers.stop()).isZero();

    assertThat(calls("wait")).isZero();
    long beside = 2 * 16 + 2 * 5; // each job is created and read at the end; texts of scripts
    assertThat(calls("evalsha")).isBetween(writers.count(), writers.count() + beside);
  }

  @Test
  void oneWaitAnswersForManyCommits() {
    CommitWriters writers = writers(true, 64);
    writers.writeOn(50);
    assertThat(writers.stop()).isZero();

    assertThat(calls("wait")).isPositive().isLessThan(writers.count() / 2);
  }

  /** Figures for the documentation. */
  @Test
  @EnabledIfSystemProperty(named = "redis.failover", matches = "all")
  void rates() {
    for (int jobs : List.of(16, 64)) {
      for (boolean acknowledged : List.of(false, true, false, true)) {
        CommitWriters writers = writers(acknowledged, jobs);
        writers.writeOn(200);
        long before = writers.count();
        long begin = System.nanoTime();
        Eventually.eventually("many are made", () -> writers.count() > before + 20_000);
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.println(
            "%d in flight, acknowledged by %s: %.0f commits a second"
                .formatted(
                    jobs,
                    acknowledged ? "a replica" : "the master",
                    (writers.count() - before) / seconds));
        writers.stop();
        master.send(Request.cmd(Command.FLUSHALL)).await();
      }
    }
  }
}
