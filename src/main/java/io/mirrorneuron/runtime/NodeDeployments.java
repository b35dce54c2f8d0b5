package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.deployment.LocalDeployments;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisServiceRegistry;

/** Deployments, as far as this node keeps them. */
final class NodeDeployments {
  private NodeDeployments() {}

  static DeploymentKeeper of(
      RuntimeIdentity identity,
      RedisLanes lanes,
      Keys keys,
      LocalDeployments.Jobs jobs,
      NodeJobs.Jobs all,
      Timers timers) {
    RedisServiceRegistry services = new RedisServiceRegistry(lanes, keys);
    DeploymentKeeper.Home home =
        new DeploymentKeeper.Home(
            new RedisRecordStore(lanes, keys),
            new RedisLeaderLease(lanes, keys),
            services,
            services,
            identity.owner(),
            identity.jobIdSuffixes());
    return new DeploymentKeeper(
        home, jobs, all.ofAllNodes(), all.changes(), timers, Thread::startVirtualThread);
  }
}
