package io.mirrorneuron.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

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
}
