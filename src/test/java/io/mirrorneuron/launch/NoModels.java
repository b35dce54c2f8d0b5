package io.mirrorneuron.launch;

import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.ModelsPort.BenchmarkOrder;
import io.mirrorneuron.port.ModelsPort.ModelBenchmark;
import io.mirrorneuron.port.ModelsPort.ModelDetail;
import io.mirrorneuron.port.ModelsPort.ModelDoctor;
import io.mirrorneuron.port.ModelsPort.ModelInstall;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelList;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.ModelsPort.ModelOrder;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import io.mirrorneuron.port.ModelsPort.RemovedModel;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A machine that has no models, for launches that need none. */
final class NoModels implements ModelsPort {
  private static UnsupportedOperationException none() {
    return new UnsupportedOperationException("there are no models");
  }

  @Override
  public ModelList list(boolean installedOnly) {
    throw none();
  }

  @Override
  public ModelDetail get(String id) {
    throw none();
  }

  @Override
  public ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> reported) {
    throw none();
  }

  @Override
  public ModelInstall begin(ModelOrder order, ModelOwner owner) {
    throw none();
  }

  @Override
  public ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress) {
    return ModelInstalls.NONE;
  }

  @Override
  public ModelInstall update(String id) {
    throw none();
  }

  @Override
  public RemovedModel remove(String id, boolean force) {
    throw none();
  }

  @Override
  public void release(ModelOwner owner) {
    throw none();
  }

  @Override
  public ModelDoctor doctor(String id) {
    throw none();
  }

  @Override
  public ModelBenchmark benchmark(String id, BenchmarkOrder order, BooleanSupplier gone) {
    throw none();
  }
}
