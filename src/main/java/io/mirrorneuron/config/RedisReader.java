package io.mirrorneuron.config;

import io.mirrorneuron.config.RedisSettings.Acknowledge;
import io.mirrorneuron.config.RedisSettings.RedisNames;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.config.RedisSettings.Sentinels;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

final class RedisReader {
  private static final String SENTINELS = "redis.sentinels";
  private static final String CLUSTER = "redis.cluster";

  private static final String AUTHORITY = "redis.tls_ca";
  private static final String TLS = "rediss://";

  private final Settings settings;
  private final Path authority;

  /**
   * @param authority as the settings name it, or null
   */
  RedisReader(Settings settings, Path authority) {
    this.settings = settings;
    this.authority = authority;
  }

  /**
   * @param server as the settings name it, or null
   */
  RedisSettings read(Path server) {
    URI url = redisUrl();
    RedisNames names = names();
    requireTls(url, names);
    return new RedisSettings(
        url,
        names,
        new RedisSettings.Own(server, settings.choice("redis.fsync", Config.Fsync.class)),
        authority,
        settings.word("redis.namespace"),
        Duration.ofMillis(settings.number("redis.timeout_ms", 100, 8000)),
        acknowledge());
  }

  private RedisNames names() {
    List<String> seeds = settings.list(CLUSTER);
    Sentinels sentinels = sentinels(addressesOfSentinels(), seeds);
    return seeds.isEmpty() ? sentinels : cluster(seeds);
  }

  private List<String> addressesOfSentinels() {
    List<String> addresses = settings.list(SENTINELS);
    settings.requireText(
        SENTINELS,
        addresses.stream().allMatch(RedisReader::isAddress),
        "a list of host:port, where Sentinels listen");
    return addresses;
  }

  /** Without what says that they are reached by TLS. */
  private List<String> addressesOfNodes(List<String> seeds) {
    List<String> bare = seeds.stream().map(seed -> seed.replaceFirst("^rediss?://", "")).toList();
    String expected =
        "a list of host:port, or rediss://host:port for TLS, where nodes of a Redis Cluster listen";
    if (bare.stream().anyMatch(address -> address.contains("@"))) {
      expected = "without user and password, for which redis.user and redis.password are";
    } else if (bare.stream().anyMatch(address -> address.matches(".*:\\d+/\\d*"))) {
      expected =
          "without a number of a database: a Redis Cluster has number 0 only; redis.namespace keeps servers apart";
    }
    settings.requireText(CLUSTER, bare.stream().allMatch(RedisReader::isAddress), expected);
    long encrypted = seeds.stream().filter(seed -> seed.startsWith(TLS)).count();
    settings.requireText(
        CLUSTER,
        encrypted == 0 || encrypted == seeds.size(),
        "with rediss:// before each address or none: all nodes are reached by TLS, or none is");
    return bare;
  }

  /** An authority for nobody would be ignored; one for a Redis that is joined later is not. */
  private void requireTls(URI url, RedisNames names) {
    boolean isTls =
        url == null
            ? names == null || names instanceof ClusterSeeds seeds && seeds.isTls()
            : "rediss".equals(url.getScheme());
    settings.requireText(
        AUTHORITY,
        authority == null || isTls,
        "blank unless redis.url or redis.cluster begins with rediss://, which is TLS");
    settings.requireText(
        AUTHORITY, authority == null || Files.isReadable(authority), "a readable file (PEM)");
  }

  private ClusterSeeds cluster(List<String> seeds) {
    settings.requireText(
        CLUSTER,
        settings.text("redis.url").isEmpty() && settings.list(SENTINELS).isEmpty(),
        "blank where redis.url or redis.sentinels name the server: one of them says where Redis is");
    settings.requireText(
        "redis.namespace",
        !settings.text("redis.namespace").contains("{"),
        "without a brace on a Redis Cluster, which places keys by what they have in braces");
    settings.requireText(
        "redis.sentinel_password",
        settings.text("redis.sentinel_password").isEmpty(),
        "blank without redis.sentinels");
    return new ClusterSeeds(
        addressesOfNodes(seeds),
        settings.text("redis.user"),
        new Secret(settings.text("redis.password")),
        seeds.getFirst().startsWith(TLS),
        authority);
  }

  private Sentinels sentinels(List<String> addresses, List<String> seeds) {
    if (addresses.isEmpty()) {
      for (String key : List.of("redis.user", "redis.password", "redis.sentinel_password")) {
        settings.requireText(
            key,
            settings.text(key).isEmpty() || !seeds.isEmpty(),
            "blank without redis.sentinels or redis.cluster: user and password of redis.url are part"
                + " of it");
      }
      return null;
    }
    settings.requireText(
        SENTINELS,
        settings.text("redis.url").isEmpty(),
        "blank where redis.url names the server: one of the two says where Redis is");
    return new Sentinels(
        addresses,
        settings.word("redis.master_name"),
        settings.text("redis.user"),
        new Secret(settings.text("redis.password")),
        new Secret(settings.text("redis.sentinel_password")));
  }

  private Acknowledge acknowledge() {
    Acknowledge whose = settings.choice("redis.acknowledge", Acknowledge.class);
    settings.requireText(
        "redis.acknowledge",
        whose == Acknowledge.MASTER
            || settings.isSet("redis.url")
            || !settings.list(SENTINELS).isEmpty()
            || !settings.list(CLUSTER).isEmpty(),
        "master for the Redis that is started under home, which has no replica; redis.sentinels,"
            + " redis.cluster or redis.url name another");
    return whose;
  }

  private static boolean isAddress(String text) {
    String port = text.substring(text.lastIndexOf(':') + 1);
    return HostName.of(text).isPresent()
        && port.matches("[1-9]\\d{0,4}")
        && Integer.parseInt(port) <= 65_535;
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
    boolean hasPort = !RedisUrl.hasWrongPort(text);
    settings.requireText(
        "redis.url",
        hasPort && isRedis(url),
        (hasPort ? "a redis://, rediss:// or unix:// URL" : "a URL with a port from 1 to 65535")
            + ", unlike "
            + RedisUrl.shown(text));
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
