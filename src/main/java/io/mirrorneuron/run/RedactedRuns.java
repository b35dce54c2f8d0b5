package io.mirrorneuron.run;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.AllowedRoots;
import io.mirrorneuron.run.folder.Artifacts;
import io.mirrorneuron.run.folder.Outputs;
import io.mirrorneuron.run.folder.RunFolder;
import java.util.Optional;

/** The runs of a store as clients may see them. Blocking and thread-safe. */
public final class RedactedRuns {
  private final RunStore store;
  private final Artifacts artifacts = new Artifacts();
  private final Outputs outputs;

  /**
   * @param outputRoots where outputs named by documents of runs may lie
   */
  public RedactedRuns(RunStore store, AllowedRoots outputRoots) {
    this.store = store;
    this.outputs = new Outputs(outputRoots);
  }

  /**
   * As {@link RunStore#find}.
   *
   * @throws MnException MALFORMED {@code invalid run id}, NOT_FOUND {@code run not found}
   */
  public RedactedRun find(String runId) {
    return shown(store.find(runId));
  }

  /** As {@link RunStore#lookUp}. */
  public Optional<RedactedRun> present(String runId) {
    return store.lookUp(runId).map(this::shown);
  }

  private RedactedRun shown(RunFolder folder) {
    return new RedactedRun(store, folder, artifacts, outputs);
  }
}
