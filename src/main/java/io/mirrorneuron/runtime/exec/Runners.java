package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import java.util.List;
import java.util.Set;

/**
 * The runners of this node.
 *
 * @param standard runs programs whose manifest names none, or a sandbox that is not here
 * @param fallback whether {@code standard} may be used so
 */
record Runners(List<Runner> all, Runner standard, DefaultRunner fallback) {
  private static final Set<String> SANDBOXES =
      Set.of("MirrorNeuron.Runner.OpenShell", "MirrorNeuron.Sandbox.OpenShell");

  /**
   * @param module {@code runner_module} of a manifest; empty for none
   */
  Runner choose(String module) throws NotStarted {
    for (Runner runner : all) {
      if (runner.modules().contains(module)) {
        return runner;
      }
    }
    boolean open = module.isEmpty() || SANDBOXES.contains(module);
    if (open && fallback == DefaultRunner.HOST_LOCAL) {
      return standard;
    }
    throw new NotStarted(
        "runner_unavailable: %s is not available here; set runner_module to %s"
            .formatted(
                module.isEmpty() ? "a default runner" : "runner " + module,
                "MirrorNeuron.Runner.HostLocal"));
  }

  List<String> names() {
    return all.stream().map(Runner::name).toList();
  }
}
