package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.deployment.LocalDeployments;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisServiceRegistry;

/** Deployments, as far as this node keeps them. */
final class NodeDeployments {
  private NodeDeployments() {}

  /** What deployments need of jobs. */
  static LocalDeployments.Jobs jobs(
      DerivedJobs derived, JobDefinitions definitions, ManifestCache manifests) {
    return new LocalDeployments.Jobs(derived, definitions, manifests::parse);
  }

  static DeploymentKeeper of(
      RuntimeIdentity identity,
      RedisLanes lanes,
      Keys keys,
      LocalDeployments.Jobs jobs,
      NodeJobs.Jobs all,
      NodeEvents events,
      Timers timers) {
    RedisServiceRegistry services = new RedisServiceRegistry(lanes, keys);
    DeploymentKeeper.Home home =
        new DeploymentKeeper.Home(
            new RedisRecordStore(lanes, keys),
            new RedisLeaderLease(lanes, keys),
            services,
            services,
            identity.owner(),
            identity.jobIdSuffixes(),
            events.own());
    return new DeploymentKeeper(
        home, jobs, all.ofAllNodes(), all.changes(), timers, Thread::startVirtualThread);
  }
}
