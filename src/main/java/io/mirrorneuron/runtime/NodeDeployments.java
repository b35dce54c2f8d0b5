package io.mirrorneuron.runtime;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.deployment.LocalDeployments;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.local.ManifestCache;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisServiceRegistry;
import io.mirrorneuron.store.bucket.Place;
import io.mirrorneuron.store.bucket.StorePlaces;

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
      Lifetime lifetime,
      StorePlaces places,
      LocalDeployments.Jobs jobs,
      NodeJobs.Jobs all,
      NodeEvents events,
      Timers timers) {
    RedisServiceRegistry services = new RedisServiceRegistry(places);
    Place shared = places.shared();
    DeploymentKeeper.Home home =
        new DeploymentKeeper.Home(
            new RedisRecordStore(shared.lanes(), shared.keys()),
            new RedisLeaderLease(shared.lanes(), shared.keys()),
            services,
            services,
            identity.owner(),
            lifetime,
            identity.jobIdSuffixes(),
            events.own());
    return new DeploymentKeeper(
        home, jobs, all.ofAllNodes(), all.changes(), timers, Thread::startVirtualThread);
  }
}
