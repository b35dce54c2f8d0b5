package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code redis}. With neither {@code url} nor {@code names} a server is started under home.
 *
 * @param url of an external server, or null
 * @param names Sentinels or nodes of a Redis Cluster, or null
 * @param own the server that is started under home
 * @param authority file of those whose certificates are trusted, PEM; null: those that Java trusts
 * @param timeout after so much silence a connection on which answers are due is given up
 */
public record RedisSettings(
    URI url,
    RedisNames names,
    Own own,
    Path authority,
    String namespace,
    Duration timeout,
    Acknowledge acknowledge) {

  /**
   * @param server its program, or null to look for one
   */
  public record Own(Path server, Config.Fsync fsync) {}

  /** Whose answer counts. */
  public enum Acknowledge {
    /** The one of the master. */
    MASTER,
    /** At least one replica must have what the master has answered. */
    REPLICA
  }

  /** The server at an address in place of all that says where one is. */
  public RedisSettings at(URI address, String keys) {
    return new RedisSettings(address, null, own, authority, keys, timeout, acknowledge);
  }

  /** Whether a server is started under home. */
  public boolean isEmbedded() {
    return url == null && names == null;
  }

  /** Servers that locate the Redis with the state of jobs. */
  public sealed interface RedisNames permits Sentinels, ClusterSeeds {
    /** {@code host:port} of each. */
    List<String> addresses();

    /** The setting that says where they are. */
    String setting();
  }

  /**
   * How an address of Redis is told to people: without user and password, whatever form it has.
   * Every message, log line and answer that names one takes it from here.
   */
  public static final class RedisUrl {
    private static final String HIDDEN = "***";

    /** Settings of the client that are secret, behind the question mark. */
    private static final String PARAMETERS = "(?i)([?&](?:user|username|password)=)[^&]*";

    /** A password without its @ stands where a port would; without a host it may be a number. */
    private static final String NO_PORT = "^(:|[^/?]*:(?=[^/?]*[^/?\\d]))[^/?:\\]]+(?=[/?]|$)";

    private static final Pattern PORT =
        Pattern.compile("rediss?://(?:.*@)?(?:\\[[^\\]]*]|[^:/?#@\\[\\]]+):(\\d+)(?:[/?#].*)?");

    private RedisUrl() {}

    /** Whether it names a port that is none: those are from 1 to 65535. */
    public static boolean hasWrongPort(String text) {
      Matcher port = PORT.matcher(text);
      return port.matches()
          && (!port.group(1).matches("[1-9]\\d{0,4}") || Integer.parseInt(port.group(1)) > 65_535);
    }

    /**
     * The text with {@code ***} for user and password, also of one that is no URL: a password that
     * was not written as URLs have it may hold any character.
     */
    public static String shown(String text) {
      String rest = text.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://", "");
      String scheme = text.substring(0, text.length() - rest.length());
      String shown = rest.replaceAll(PARAMETERS, "$1" + HIDDEN);
      int at = rest.lastIndexOf('@');
      if (at >= 0 && !shown.equals(rest)) { // which of the two the @ belongs to cannot be told
        return scheme + HIDDEN;
      }
      if (at >= 0) {
        return scheme + HIDDEN + rest.substring(at);
      }
      return scheme + shown.replaceFirst(NO_PORT, "$1" + HIDDEN);
    }

    /** Where it leads: scheme, host and port, or scheme and socket. */
    public static String target(URI url) {
      return url.getHost() == null
          ? url.getScheme() + "://" + url.getPath()
          : url.getScheme()
              + "://"
              + url.getHost()
              + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
  }

  /**
   * Redis Sentinels, and how the servers are reached that they name.
   *
   * @param addresses of Sentinels, {@code host:port}
   * @param master what they call it
   * @param user of Redis; empty: the default one
   * @param password of Redis
   * @param ownPassword of the Sentinels
   */
  public record Sentinels(
      List<String> addresses, String master, String user, Secret password, Secret ownPassword)
      implements RedisNames {
    @Override
    public String setting() {
      return "redis.sentinels";
    }
  }
}
