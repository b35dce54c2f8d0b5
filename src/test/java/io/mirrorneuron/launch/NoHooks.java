package io.mirrorneuron.launch;

import io.mirrorneuron.config.validation.TrustedFolders;
import io.mirrorneuron.launch.hook.FolderHookStore;
import io.mirrorneuron.launch.hook.HookFiles;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import java.nio.file.Path;
import java.time.Clock;

/** Hooks of a server without a runtime: none run. */
final class NoHooks {
  private NoHooks() {}

  static RunHooks in(Path folder, JobsPort jobs) {
    return new RunHooks(
        new RunHooks.Machine(null, TrustedFolders.NONE, null),
        new FolderHookStore(folder.resolve("hooks")),
        new HookFiles(new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere())),
        jobs,
        Clock.systemUTC(),
        Runnable::run);
  }
}
