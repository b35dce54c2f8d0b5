package io.mirrorneuron.app;

import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.config.BlueprintSettings;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.launch.BundleSources;
import io.mirrorneuron.launch.FolderLaunchStore;
import io.mirrorneuron.launch.LaunchMeans;
import io.mirrorneuron.launch.LaunchSources;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.launch.PathRoots;
import io.mirrorneuron.launch.SubmittedFolders;
import io.mirrorneuron.launch.hook.FolderHookStore;
import io.mirrorneuron.launch.hook.HookFiles;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.port.models.ModelsPort;
import io.mirrorneuron.port.operation.HookPrograms;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.BundleStaging;

/** What makes runs of blueprints and bundles in this server. */
final class ServerLaunches {
  private ServerLaunches() {}

  /** Begins to make them; they end with the server. */
  static Launches of(
      ServerContext on,
      Backend backend,
      Catalogs catalogs,
      BundleStaging staging,
      ModelsPort models) {
    LaunchSources sources =
        new BundleSources(
            catalogs, staging, models, PathRoots.of(on.config()), folders(on.config(), backend));
    BlueprintSettings.Kept kept = on.config().blueprints().kept();
    Launches launches =
        new Launches(
            sources,
            new LaunchMeans(backend.jobs(), models, hooks(on, backend)),
            new FolderLaunchStore(
                on.config().home().resolve("launches"), kept.launches(), kept.mostFailed()),
            on.clock(),
            on.ids()::jobSuffix,
            work -> Thread.ofPlatform().daemon().name("mn.launch").start(work));
    launches.start();
    return on.closing().add("launches", launches);
  }

  private static SubmittedFolders folders(Config config, Backend backend) {
    return backend instanceof Backend.Here
        ? new SubmittedFolders(
            config.executors().confinement().submissions(),
            config.blueprints().launches().inputRoots())
        : SubmittedFolders.NONE;
  }

  private static RunHooks hooks(ServerContext on, Backend backend) {
    HookPrograms programs = backend instanceof Backend.Here here ? here.runtime().hooks() : null;
    return new RunHooks(
        new RunHooks.Machine(
            programs, on.config().manifests().trusted(), on.config().blueprints().launches()),
        new FolderHookStore(on.config().home().resolve("hooks")),
        new HookFiles(on.runs()),
        backend.jobs(),
        on.clock(),
        work -> Thread.ofVirtual().name("mn.hooks").start(work));
  }
}
