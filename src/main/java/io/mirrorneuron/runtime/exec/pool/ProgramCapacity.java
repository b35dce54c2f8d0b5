package io.mirrorneuron.runtime.exec.pool;

import java.util.List;

/**
 * What programs a node can run at one moment.
 *
 * @param runners names of its ways to run programs
 */
public record ProgramCapacity(List<String> runners, List<PoolUsage> pools) {
  public ProgramCapacity {
    runners = List.copyOf(runners);
    pools = List.copyOf(pools);
  }
}
