package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.admission.Admission;
import io.mirrorneuron.runtime.admission.Admission.PortState;
import io.mirrorneuron.runtime.admission.Admission.Restrictions;
import io.mirrorneuron.runtime.admission.ClusterMachines;
import io.mirrorneuron.runtime.admission.LoadAdmission;
import io.mirrorneuron.runtime.admission.LocalMachine;
import io.mirrorneuron.runtime.admission.LocalMachine.Programs;
import io.mirrorneuron.runtime.admission.ProgramPath;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.pool.Ports;
import io.mirrorneuron.runtime.exec.process.ProcessLimits.HardLimits;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.storage.Storage;

/** Composes the parts that decide which jobs this node accepts. */
final class NodeAdmission {
  private NodeAdmission() {}

  /** Delays or refuses new work while the machine is overloaded. */
  static LoadAdmission load(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      NodeMachine machine,
      LocalExecutions executions,
      Timers timers) {
    LoadAdmission load =
        LoadAdmission.of(
            settings.node().load(),
            settings.bundles(),
            machine.gpus(),
            executions,
            identity.clock());
    executions.holdNewJobs(load);
    load.keepLooking(timers);
    return load;
  }

  static Admission of(
      RuntimeSettings settings,
      RuntimeIdentity identity,
      NodeMachine machine,
      LocalExecutions executions,
      Storage storage,
      RemoteServices elsewhere,
      NodeServices.Working services) {
    Programs programs =
        new Programs(
            machine.stock(),
            executions::capacity,
            executions::given,
            new Restrictions(
                executions::enforcement,
                HardLimits::of,
                executions.confiner()::reaches,
                executions.submissions().claims()::strange,
                services.obstacles()::of),
            new PortState(settings.endpoints()::isHere, Ports.ofMachine(0, 0, 0).isFree()),
            () -> storage.fullDisk().orElse(null));
    LocalMachine here =
        new LocalMachine(
            identity.nodeName(),
            machine.hardware(),
            machine.gpus(),
            settings.executors().pools(),
            settings.node().marks(),
            programs);
    var neighbours = elsewhere.neighbours();
    ClusterMachines others =
        new ClusterMachines(
            neighbours::machines,
            neighbours::seen,
            elsewhere.drains()::members,
            elsewhere.drains()::takesWork);
    return new Admission(here, others, ProgramPath.of(identity.environment()), identity.clock());
  }
}
