package io.mirrorneuron.config.redis;

import io.mirrorneuron.config.Secret;
import java.util.List;

/**
 * Some nodes of a Redis Cluster, which name all others, and how all of them are reached.
 *
 * @param addresses {@code host:port}
 * @param user of Redis; empty: the default one
 */
public record ClusterSeeds(List<String> addresses, String user, Secret password)
    implements RedisNames {
  @Override
  public String setting() {
    return "redis.cluster";
  }
}
