package io.mirrorneuron.runtime.join;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.server.JoinedCluster;
import java.util.List;
import java.util.Optional;

/** What the data directory of this node keeps of the cluster that it belongs to. */
public interface NodeHome {
  /** The cluster that it has joined. */
  Optional<JoinedCluster> joined();

  /** Whether its own settings name a Redis. */
  boolean namesRedis();

  /** That it joins, from its next start on. On disk when this returns, or nothing has changed. */
  void keep(JoinedCluster cluster);

  /** That it has joined none, from its next start on. */
  void forget();

  /** What others are told who show a join token. */
  List<Invitation> invitations();

  /** The join token of the cluster that it works in, be that its own. */
  Secret joinToken();

  /** The store that other nodes may share, with a password; none when it is open to nobody else. */
  Secret sharedRedis();

  /** First part of every key. */
  String namespace();
}
