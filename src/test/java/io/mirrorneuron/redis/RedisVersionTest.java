package io.mirrorneuron.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.redis.RedisVersion.Product;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisVersionTest {
  private static RedisVersion version(String name) {
    return RedisVersion.ofName(name).orElseThrow();
  }

  @Test
  void aProgramSaysWhatItIs() {
    assertThat(RedisVersion.ofPrinted("Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64"))
        .contains(new RedisVersion(Product.REDIS, 7, 0, 15));
    assertThat(RedisVersion.ofPrinted("Valkey server v=8.1.9 sha=00000000:0 malloc=jemalloc"))
        .contains(new RedisVersion(Product.VALKEY, 8, 1, 9));
    assertThat(RedisVersion.ofPrinted("redis-cli 7.0.15")).isEmpty();
  }

  @Test
  void aValkeyThatTellsARedisItBehavesLikeIsAValkey() {
    assertThat(RedisVersion.ofInfo("# Server\r\nredis_version:6.2.6\r\nredis_mode:standalone\r\n"))
        .contains(new RedisVersion(Product.REDIS, 6, 2, 6));
    assertThat(
            RedisVersion.ofInfo(
                "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.5\r\n"))
        .contains(new RedisVersion(Product.VALKEY, 9, 0, 5));
    assertThat(RedisVersion.ofInfo("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Redis 7.0.15, Redis 6.2.6, true",
    "Redis 7.0.15, Redis 7.0.16, true",
    "Redis 6.2.23, Redis 7.0.15, false",
    "Redis 8.2.8, Redis 7.4.10, true",
    "Valkey 9.1.1, Redis 7.0.15, true",
    "Valkey 9.1.1, Redis 7.4.10, false",
    "Redis 8.8.1, Valkey 7.2.14, true",
    "Redis 8.8.1, Valkey 8.1.9, false",
    "Redis 7.0.15, Valkey 7.2.14, false",
  })
  void dataOfAnotherServerIsReadOrNot(String reader, String writer, boolean reads) {
    assertThat(version(reader).reads(version(writer))).isEqualTo(reads);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Redis 6.2.23",
        "Redis 7.2.15",
        "Redis 8.6.7",
        "Redis 8.8.1",
        "Redis 8.10.0",
        "Redis 9.0.0",
        "Valkey 7.2.14",
        "Valkey 9.1.1",
        "Valkey 9.2.0"
      })
  void nothingIsSaidOfAPatchedServer(String name) {
    assertThat(PatchedRedis.warning(version(name))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Redis 5.0.14",
        "Redis 6.2.22",
        "Redis 7.0.15",
        "Redis 7.4.9",
        "Redis 8.0.9",
        "Redis 8.8.0",
        "Valkey 8.1.8",
        "Valkey 9.1.0"
      })
  void anOlderOneIsWarnedOfWithWhatIsPatched(String name) {
    assertThat(PatchedRedis.warning(version(name)))
        .hasValueSatisfying(
            warning ->
                assertThat(warning)
                    .startsWith(name + " has security holes")
                    .contains("Redis 6.2.23, 7.2.15,")
                    .contains("Valkey 7.2.14, 8.0.10,"));
  }
}
