package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mirrorneuron.testing.CommitProcess;
import io.mirrorneuron.testing.CommitProcess.Counted;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.Hosts;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.testing.RedisTrio;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A master that is cut off together with a client, which goes on to write to it while others have a
 * new one. Skipped, with the reason, where there can be no network namespaces.
 */
@Timeout(240)
@Proof.Cluster
class CutOffMasterIT {
  private static final int FIRST = 1;

  @TempDir Path folder;
  private Hosts hosts;
  private RedisTrio redis;

  @BeforeEach
  void start() throws Exception {
    String obstacle = Hosts.obstacle();
    assumeTrue(obstacle == null, obstacle);
    hosts = Hosts.up(3);
    redis = RedisTrio.start(folder, hosts);
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      redis.close();
    }
    if (hosts != null) {
      hosts.close();
    }
  }

  @ParameterizedTest
  @MethodSource("io.mirrorneuron.testing.CommitWriters#modes")
  void whatItAcknowledgesAloneIsLostUnlessAReplicaMustHaveIt(boolean acknowledged)
      throws Exception {
    Path log = folder.resolve("client.log");
    try (CommitProcess client =
        CommitProcess.start(hosts, FIRST, log, redis.sentinels(), acknowledged)) {
      hosts.cut(FIRST);
      Eventually.eventually("another is master", redis::isReplaced);
      hosts.heal(FIRST);
      Eventually.eventually(
          "the first one is its replica", Duration.ofSeconds(60), redis::isFirstDemoted);

      Counted counted = client.stop();
      System.out.println(
          "cut off with a client%s: %d of %d acknowledged commits lost, %d ms without one"
              .formatted(
                  acknowledged ? ", acknowledged by a replica" : "",
                  counted.lost(),
                  counted.commits(),
                  counted.gapMs()));
      if (acknowledged) {
        assertThat(counted.lost()).isZero();
      } else {
        assertThat(counted.lost()).as("else this tests nothing").isPositive();
      }
    }
  }
}
