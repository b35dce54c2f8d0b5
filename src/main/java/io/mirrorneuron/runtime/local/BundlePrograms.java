package io.mirrorneuron.runtime.local;

import io.mirrorneuron.config.TrustedFolders;
import io.mirrorneuron.runtime.exec.process.CheckPrograms;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms.Ended;
import java.nio.file.Path;

/**
 * Runs programs of rules in the folder of their bundle, where the operator trusts it. They are
 * confined like programs of steps, with read access to their bundle.
 */
public record BundlePrograms(TrustedFolders trusted, CheckPrograms programs) {

  /**
   * @param bundle the folder of the manifest; null when the manifest was sent
   */
  RulePrograms of(Path bundle) {
    Path real = bundle == null ? null : TrustedFolders.real(bundle).orElse(bundle);
    return trusted
        .refusal(real)
        .<RulePrograms>map(
            refusal -> (_, _, _, _) -> new Ended.NotRun(refusal.why(), refusal.help()))
        .orElseGet(() -> in(real));
  }

  private RulePrograms in(Path folder) {
    return (command, variables, files, limit) -> {
      CheckPrograms.End end = programs.end(command, folder, variables, files, limit);
      if (end.problem() != null) {
        return new Ended.NotRun(
            end.problem(),
            "Install it where the PATH of the server finds it, or correct its name.");
      }
      return end.isLate()
          ? new Ended.TimedOut(end.output())
          : new Ended.Exited(end.exitCode(), end.output());
    };
  }
}
