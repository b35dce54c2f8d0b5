package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.runtime.Runtime;
import io.mirrorneuron.runtime.join.NodeWork;
import java.util.Map;

/** The work of the runtime of this process. */
record OwnJobs(Runtime runtime) implements NodeWork {
  @Override
  public long openJobs() {
    return runtime.census().countByStatus().entrySet().stream()
        .filter(count -> !new RunStatus(count.getKey()).isFinal())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Override
  public boolean hasOthers() {
    return runtime.hasNeighbours();
  }

  @Override
  public void takeNoMore(String why) {
    runtime.upkeep().departure().takeNoMore(why);
  }

  @Override
  public void takeAgain(String why) {
    runtime.upkeep().departure().takeAgain(why);
  }
}
