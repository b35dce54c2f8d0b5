package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryServiceRegistry;

class InMemoryServiceRegistryTest implements ServiceRegistryContract {
  private final InMemoryServiceRegistry registry = new InMemoryServiceRegistry();

  @Override
  public ServiceRegistry registry() {
    registry.open("j1", 1);
    registry.live(FIRST.owner());
    registry.live(HEIR.owner());
    return registry;
  }

  @Override
  public DeploymentRoles roles() {
    return registry;
  }

  @Override
  public void takeOver(String jobId, long epoch) {
    registry.open(jobId, epoch);
  }

  @Override
  public void end(String jobId) {
    registry.end(jobId);
  }

  @Override
  public void die(String owner) {
    registry.die(owner);
  }
}
