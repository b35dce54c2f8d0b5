package io.mirrorneuron.server;

/**
 * The cluster that a data directory has joined.
 *
 * @param redisUrl of its store, with the password
 * @param namespace first part of every key there
 * @param joinToken shared by its nodes
 * @param main the node that invited this one
 * @param joinedAt ISO-8601 in UTC
 */
public record JoinedCluster(
    String redisUrl, String namespace, String joinToken, String main, String joinedAt) {
  /** Whether it is the same cluster, regardless of the inviting node and the time. */
  public boolean isSame(String url, String keys, String token) {
    return redisUrl.equals(url) && namespace.equals(keys) && joinToken.equals(token);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "the cluster of " + main;
  }
}
