package io.mirrorneuron.config;

import java.util.List;

/** Servers that name the ones which have the state of jobs. */
public sealed interface RedisNames permits Sentinels, ClusterSeeds {
  /** {@code host:port} of each. */
  List<String> addresses();

  /** The setting that says where they are. */
  String setting();
}
