package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.LocalMachine;
import io.mirrorneuron.runtime.admission.LocalMachine.Programs;
import io.mirrorneuron.runtime.admission.ProgramPath;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisResourceLimits;
import java.util.function.Supplier;

/**
 * The machine that jobs are placed on.
 *
 * @param gpus of this machine
 */
record NodeAdmission(Supplier<Hardware> hardware, GpuInventory gpus) {

  /** What it takes in. */
  Admission of(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      RedisLanes lanes,
      Keys keys,
      LocalExecutions executions) {
    LocalMachine here =
        new LocalMachine(
            identity.nodeName(),
            hardware,
            gpus,
            settings.executors().pools(),
            new RedisResourceLimits(lanes, keys),
            new Programs(() -> executions.capacity().runners(), executions::given));
    return new Admission(here, ProgramPath.of(identity.environment()), identity.clock());
  }
}
