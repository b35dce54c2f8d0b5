package io.mirrorneuron.run;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.files.AllowedRoots;
import io.mirrorneuron.run.files.Artifacts;
import io.mirrorneuron.run.files.Outputs;
import io.mirrorneuron.run.folder.RunFolder;
import java.util.Optional;
import java.util.function.Predicate;

/** The runs of a store as they may be shown to clients. Blocking and thread-safe. */
public final class ShownRuns {
  private final RunStore store;
  private final Artifacts artifacts = new Artifacts();
  private final Outputs outputs;
  private final Predicate<String> known;

  /**
   * As their folders tell them.
   *
   * @param outputRoots how far the outputs that documents of runs name may lead
   */
  public ShownRuns(RunStore store, AllowedRoots outputRoots) {
    this(store, outputRoots, job -> true);
  }

  /**
   * The same; of a run that its folder calls open, but whose job is not known, the status is
   * unknown.
   *
   * @param known whether a job is known; may block
   */
  public ShownRuns(RunStore store, AllowedRoots outputRoots, Predicate<String> known) {
    this.store = store;
    this.outputs = new Outputs(outputRoots);
    this.known = known;
  }

  /**
   * A run that there is; see {@link RunStore#find}.
   *
   * @throws MnException MALFORMED {@code invalid run id}, NOT_FOUND {@code run not found}
   */
  public ShownRun find(String runId) {
    return shown(store.find(runId));
  }

  /** The run as it is now, if it has a folder, or gets one as somebody looks. */
  public Optional<ShownRun> present(String runId) {
    return store.lookUp(runId).map(this::shown);
  }

  private ShownRun shown(RunFolder folder) {
    return new ShownRun(store, new RunStanding(folder, known), artifacts, outputs);
  }
}
