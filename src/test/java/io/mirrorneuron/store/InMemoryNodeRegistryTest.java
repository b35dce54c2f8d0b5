package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryNodeRegistry;

class InMemoryNodeRegistryTest implements NodeRegistryContract {
  @Override
  public NodeRegistry registry() {
    return new InMemoryNodeRegistry();
  }
}
