package io.mirrorneuron.testing;

import io.mirrorneuron.config.TrustedFolders;
import io.mirrorneuron.launch.hook.FolderHookStore;
import io.mirrorneuron.launch.hook.HookFiles;
import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import java.nio.file.Path;
import java.time.Clock;

/** Hooks of a server without a runtime: none run. */
public final class NoHooks {
  private NoHooks() {}

  public static RunHooks in(Path folder, JobsPort jobs) {
    return in(folder, new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere()), jobs);
  }

  static RunHooks in(Path folder, RunStore runs, JobsPort jobs) {
    return new RunHooks(
        new RunHooks.Machine(null, TrustedFolders.NONE, null),
        new FolderHookStore(folder.resolve("hooks")),
        new HookFiles(runs),
        jobs,
        Clock.systemUTC(),
        Runnable::run);
  }
}
