package io.mirrorneuron.store.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.connection.RedisPeer.RedisRefusal;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedisRefusalTest {
  @Test
  void whatARefusalMeansIsReadInEveryFormThatServersGiveIt() {
    assertThat(RedisRefusal.of("READONLY You can't write against a read only replica."))
        .isEqualTo(RedisRefusal.NOT_HERE);
    assertThat(RedisRefusal.of("ERR Error running script (call to f_1): -NOREPLICAS Not enough"))
        .isEqualTo(RedisRefusal.NOT_NOW);
    assertThat(
            Stream.of(
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down",
                "CLUSTERDOWN The cluster is down",
                "TRYAGAIN Multiple keys request during rehashing of slot"))
        .allSatisfy(said -> assertThat(RedisRefusal.of(said)).isNotEqualTo(RedisRefusal.FOR_GOOD));
    assertThat(RedisRefusal.of("UNBLOCKED force unblock from blocking operation"))
        .isEqualTo(RedisRefusal.BROKEN_OFF);
    assertThat(RedisRefusal.of("CONNECTION_CLOSED")).isEqualTo(RedisRefusal.BROKEN_OFF);
    assertThat(RedisRefusal.of("WRONGTYPE Operation against a key"))
        .isEqualTo(RedisRefusal.FOR_GOOD);
    assertThat(RedisRefusal.of("FENCED")).isEqualTo(RedisRefusal.FOR_GOOD);
  }
}
