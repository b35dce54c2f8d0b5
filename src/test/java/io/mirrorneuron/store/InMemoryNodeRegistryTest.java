package io.mirrorneuron.store;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.testing.InMemoryNodeRegistry;

class InMemoryNodeRegistryTest implements NodeRegistryContract {
  @Override
  public NodeRegistry registry() {
    return new InMemoryNodeRegistry();
  }

  @Override
  public NodeRegistry beside(NodeRegistry registry, Lifetime lifetime) {
    return ((InMemoryNodeRegistry) registry).beside(lifetime);
  }

  @Override
  public void forgetLifetime(NodeRegistry registry) {
    ((InMemoryNodeRegistry) registry).forgetLifetime();
  }
}
