package io.mirrorneuron.store;

import io.mirrorneuron.testing.InMemoryResourceLimits;

class InMemoryResourceLimitsTest implements ResourceLimitsContract {
  @Override
  public ResourceLimits limits() {
    return new InMemoryResourceLimits();
  }
}
