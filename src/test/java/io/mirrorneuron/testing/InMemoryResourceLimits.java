package io.mirrorneuron.testing;

import io.mirrorneuron.store.ResourceLimits;
import java.util.EnumMap;
import java.util.Map;

public final class InMemoryResourceLimits implements ResourceLimits {
  private final Map<Resource, Integer> limits = new EnumMap<>(Resource.class);

  @Override
  public synchronized Map<Resource, Integer> load() {
    return Map.copyOf(limits);
  }

  @Override
  public synchronized void merge(Map<Resource, Integer> changes) {
    limits.putAll(changes);
  }
}
