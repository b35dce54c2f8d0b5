package io.mirrorneuron.config;

import java.util.List;

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
