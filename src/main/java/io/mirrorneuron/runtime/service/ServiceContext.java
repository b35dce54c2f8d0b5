package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.ServiceRegistry;

/** Shared by all instances of this node. */
record ServiceContext(
    ServiceRegistry registry, Timers timers, Prober prober, ProbeSchedule schedule) {
  /** Milliseconds since the epoch. */
  long now() {
    return timers.now();
  }
}
