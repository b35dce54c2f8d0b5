package io.mirrorneuron.config;

import io.mirrorneuron.config.address.RedisUrl;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;

/** Reads {@code redis}. */
final class RedisReader {
  private final Settings settings;

  RedisReader(Settings settings) {
    this.settings = settings;
  }

  /**
   * @param server as the settings name it, or null
   */
  Config.Redis read(Path server) {
    return new Config.Redis(
        redisUrl(),
        server,
        settings.choice("redis.fsync", Config.Fsync.class),
        settings.word("redis.namespace"),
        Duration.ofMillis(settings.number("redis.timeout_ms", 100, 8000)));
  }

  private URI redisUrl() {
    String text = settings.text("redis.url");
    if (text.isEmpty()) {
      return null;
    }
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      url = URI.create("");
    }
    settings.requireText(
        "redis.url",
        isRedis(url),
        "a redis://, rediss:// or unix:// URL, unlike " + RedisUrl.shown(text));
    return url;
  }

  private static boolean isRedis(URI url) {
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    boolean understood = url.getHost() != null || url.getRawAuthority() == null;
    return switch (String.valueOf(url.getScheme())) {
      case "redis", "rediss" ->
          understood
              && url.getPort() != 0
              && url.getPort() <= 65_535
              && path.matches("(/\\d{0,9})?");
      case "unix" -> understood && path.length() > 1;
      default -> false;
    };
  }
}
