package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runstore.RunLog;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.Samples;
import java.util.List;
import java.util.function.Supplier;

/** Samples of programs become records of their run. */
record RunSamples(RunStore store, Supplier<List<Hardware.Gpu>> devices) implements Samples {

  @Override
  public void begin(String runId) {
    store.open(runId);
  }

  @Override
  public void write(String runId, List<ObjectNode> samples) {
    store.open(runId).append(RunLog.RESOURCES, samples);
  }

  @Override
  public List<Gpu> gpus() {
    return devices.get().stream()
        .map(gpu -> new Gpu(gpu.index(), gpu.utilization() * 100, gpu.usedMegabytes()))
        .toList();
  }
}
