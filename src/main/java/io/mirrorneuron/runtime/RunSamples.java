package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.storage.Storage;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Samples of programs become records of their run. */
record RunSamples(RunStore store, Supplier<List<Hardware.Gpu>> devices, Storage storage)
    implements SampleSink {
  private static final Logger LOG = LoggerFactory.getLogger(RunSamples.class);

  /**
   * Creates the folder of the run before its program starts. A failure is logged and does not stop
   * the job.
   */
  @Override
  public void begin(String runId) {
    try {
      store.open(runId);
    } catch (MnException e) {
      LOG.debug("a program of run {} begins without a folder", runId, e); // the recorder tells it
    }
  }

  @Override
  public void write(String runId, List<ObjectNode> samples) {
    try {
      store.open(runId).append(RunLog.RESOURCES, samples);
    } catch (MnException e) {
      if (!Storage.isFull(storage.explained(e))) {
        throw e;
      }
      LOG.debug("{} samples of run {} are lost: the disk is full", samples.size(), runId);
    }
  }

  @Override
  public List<Gpu> gpus() {
    return devices.get().stream()
        .map(gpu -> new Gpu(gpu.index(), gpu.utilization() * 100, gpu.usedMegabytes()))
        .toList();
  }
}
