package io.mirrorneuron.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.RedisSettings.RedisUrl;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {
  @ParameterizedTest
  @CsvSource({
    "redis://h:6379/1,                     redis://h:6379/1",
    "redis://[::1]:6379,                   redis://[::1]:6379",
    "unix:///run/redis.sock,               unix:///run/redis.sock",
    "localhost:6379,                       localhost:6379",
    "redis://:4711,                        redis://:***",
    "redis://a b,                          redis://a b",
    "redis://ann:pw@h:6379/1,              redis://***@h:6379/1",
    "unix:///s?password=pw&db=1,           unix:///s?password=***&db=1",
    "rediss://h?User=ann&db=2&PASSWORD=pw, rediss://h?User=***&db=2&PASSWORD=***",
  })
  void whatIsNoSecretIsShown(String url, String shown) {
    assertThat(RedisUrl.shown(url)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:hush@h",
        "redis://hush@h",
        "redis://ann:hush@h:1/0",
        "rediss://:hu@hush@h",
        "redis://:hu/hush@h",
        "redis://:hu?hush@h",
        "redis://:hu#hush@h",
        "redis://:hush hush@h",
        "redis://:%hush@h",
        "unix://hush@/run/redis.sock",
        "unix://:hush@/run/redis.sock",
        "unix://ann:hush@x/run/redis.sock",
        "unix:///run/redis.sock?password=hush",
        "unix:///run/redis.sock?password=hu@hush",
        "redis://:hush?password=a@h",
        "redis-socket://hush@/run/redis.sock",
        "redis-socket:///run/redis.sock?db=1&password=hush",
        "redis://:hush",
        "redis://ann:hush",
        "redis://ann:hush/1",
        "redis:hush@h",
        ":hush@h:6379",
        "ann:hu//hush@h:6379",
        "//:hush//x@h",
        "ann:hush@h:6379",
        "http://x:hush@h",
      })
  void noFormShowsThePassword(String url) {
    assertThat(RedisUrl.shown(url)).doesNotContain("hush").contains("***");
  }

  @ParameterizedTest
  @CsvSource({
    "redis://ann:hush@h:1/2,          redis://h:1",
    "redis://h,                       redis://h",
    "unix:///run/s?password=hush,     unix:///run/s",
    "unix://hush@/run/s,              unix:///run/s",
  })
  void aTargetIsAPlaceOnly(URI url, String target) {
    assertThat(RedisUrl.target(url)).isEqualTo(target);
  }

  @ParameterizedTest
  @CsvSource({
    "redis://h:65535/1, false",
    "redis://h:1, false",
    "redis://h, false",
    "redis://[::1]:6379, false",
    "redis://:pw:99999@h:6379, false",
    "redis://:4711, false",
    "unix:///run/redis:0, false",
    "redis://h:0, true",
    "redis://h:65536, true",
    "rediss://:pw@h:99999/1, true",
    "redis://[::1]:99999, true",
    "redis://h:99999999999999999999, true",
  })
  void aPortThatIsNoneIsNoticed(String url, boolean isWrong) {
    assertThat(RedisUrl.hasWrongPort(url)).isEqualTo(isWrong);
  }
}
