package io.mirrorneuron.models;

import io.mirrorneuron.config.ModelSettings;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.Outlook.Seen;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.models.BenchmarkOrder;
import io.mirrorneuron.port.models.ModelBenchmark;
import io.mirrorneuron.port.models.ModelDetail;
import io.mirrorneuron.port.models.ModelDoctor;
import io.mirrorneuron.port.models.ModelInstall;
import io.mirrorneuron.port.models.ModelInstalls;
import io.mirrorneuron.port.models.ModelList;
import io.mirrorneuron.port.models.ModelNeed;
import io.mirrorneuron.port.models.ModelOrder;
import io.mirrorneuron.port.models.ModelOwner;
import io.mirrorneuron.port.models.ModelView;
import io.mirrorneuron.port.models.ModelsPort;
import io.mirrorneuron.port.models.PullProgress;
import io.mirrorneuron.port.models.RemovedModel;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The models of the machine that this process is on. */
public final class LocalModels implements ModelsPort, AutoCloseable {
  private final ModelLimits limits;
  private final BoundedHttp http = new BoundedHttp();
  private final RunnerApi runner;
  private final EndpointApi endpoint;
  private final Ownership ownership;
  private final SharedLoad<Set<String>> inventory;
  private final Installations installations;
  private final ModelInstaller installer;
  private final Outlook outlook;

  /**
   * @param cluster says what the node of this process has
   */
  public LocalModels(ModelSettings settings, ClusterPort cluster, ModelLimits limits, Clock clock) {
    this.limits = limits;
    this.runner = new RunnerApi(http, settings.runners());
    this.endpoint = new EndpointApi(http, settings.endpoint());
    this.ownership = new Ownership(settings.ownership());
    this.inventory = new SharedLoad<>("mn.models.list", runner::list);
    this.installations = new Installations(runner, inventory, ownership, limits.pull(), clock);
    this.outlook =
        new Outlook(
            settings,
            cluster,
            installations::owners,
            inventory,
            endpoint,
            installations::isUnderWay,
            limits.answer());
    this.installer = new ModelInstaller(outlook, ownership, installations);
  }

  @Override
  public ModelList list(boolean installedOnly) {
    Seen seen = outlook.look();
    List<ModelView> models = seen.views().all();
    return new ModelList(
        installedOnly ? models.stream().filter(ModelView::installed).toList() : models,
        seen.views().nodeName(),
        seen.runner() == null,
        seen.stale(),
        seen.warnings());
  }

  @Override
  public ModelDetail get(String id) {
    Seen seen = outlook.look();
    CatalogEntry model = Outlook.found(seen, id);
    return new ModelDetail(
        seen.views().view(model),
        model.requirements(),
        installations.progress(model),
        seen.runner() == null,
        seen.warnings());
  }

  @Override
  public ModelInstall install(ModelOrder order, ModelOwner owner, Consumer<PullProgress> progress) {
    return installer.install(order, owner, progress);
  }

  @Override
  public ModelInstall begin(ModelOrder order, ModelOwner owner) {
    return installer.begin(order, owner);
  }

  @Override
  public ModelInstalls installAll(
      List<ModelNeed> needs, ModelOwner owner, Consumer<PullProgress> progress) {
    return installer.installAll(needs, owner, progress);
  }

  @Override
  public ModelInstall update(String id) {
    return installer.update(id);
  }

  @Override
  public void release(ModelOwner owner) {
    ownership.release(owner);
  }

  @Override
  public RemovedModel remove(String id, boolean force) {
    Seen seen = outlook.look();
    CatalogEntry model = Outlook.found(seen, id);
    String name = Outlook.there(seen, model, id);
    new Removal(seen.views().view(model), installations.isUnderWay(model)).check(force);
    try {
      runner.delete(name);
    } catch (UpstreamFailure e) {
      throw Outlook.failed(id + " could not be removed: " + RunnerApi.CALLED, e);
    } finally {
      inventory.forget();
    }
    ownership.drop(model.dockerModel());
    return new RemovedModel(model.id(), model.dockerModel(), "removed");
  }

  @Override
  public ModelDoctor doctor(String id) {
    Seen seen = outlook.look();
    CatalogEntry model = Outlook.found(seen, id);
    return Examination.of(model, seen, runner.root(), endpoint);
  }

  @Override
  public ModelBenchmark benchmark(String id, BenchmarkOrder order, BooleanSupplier gone) {
    if (id.isBlank()) {
      throw MnException.malformed("model id is required");
    }
    Seen seen = outlook.look();
    CatalogEntry model = seen.views().find(id).orElseGet(() -> CatalogEntry.strange(id));
    if (!model.isOfRunner()) {
      throw MnException.malformed(
          id + " does not expose a Docker Model Runner chat endpoint: " + model.provider());
    }
    String failure = RunnerApi.CALLED + " benchmark failed";
    if (seen.runner() != null && !seen.stale()) {
      throw Outlook.failed(failure, seen.runner());
    }
    Outlook.there(seen, model, id);
    try {
      Benchmark.Result result =
          new Benchmark().run(runner, model.apiModel(), order, limits.chat(), gone);
      return new ModelBenchmark(
          model.id(),
          model.name(),
          model.dockerModel(),
          model.apiModel(),
          seen.views().nodeName(),
          result.elapsedMs(),
          result.firstMs(),
          result.tokens(),
          result.tokensPerSecond(),
          result.sample(),
          result.estimated());
    } catch (UpstreamFailure e) {
      throw Outlook.failed(failure, e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
