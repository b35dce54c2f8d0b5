package io.mirrorneuron.config;

import io.mirrorneuron.config.RedisSettings.RedisNames;
import java.nio.file.Path;
import java.util.List;

/**
 * Some nodes of a Redis Cluster, which name all others, and how all of them are reached.
 *
 * @param addresses {@code host:port}
 * @param user of Redis; empty: the default one
 * @param isTls whether all of them are reached by TLS
 * @param authority file of those whose certificates are trusted, PEM; null: those that Java trusts
 */
public record ClusterSeeds(
    List<String> addresses, String user, Secret password, boolean isTls, Path authority)
    implements RedisNames {
  @Override
  public String setting() {
    return "redis.cluster";
  }
}
