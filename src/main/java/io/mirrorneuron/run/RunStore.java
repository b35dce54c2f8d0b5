package io.mirrorneuron.run;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.run.folder.FolderListener;
import io.mirrorneuron.run.folder.NewFolder;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunFolder.FolderStamp;
import io.mirrorneuron.run.folder.RunWatch;
import io.mirrorneuron.run.journal.RunJournal;
import io.mirrorneuron.storage.OutOfRoom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The folders of all runs, below one root that several processes may share. Blocking and
 * thread-safe; failures are {@link MnException}.
 */
public final class RunStore implements AutoCloseable {
  private final Path root;
  private final RunWriter writer;
  private final RunListeners changes = new RunListeners();
  private final RunWatch watch = new RunWatch(this::stamps);
  private volatile OnDemandRuns unread = OnDemandRuns.NONE;
  private final RunJournals journals;

  /**
   * @param root created when absent, unless this process only reads
   * @param writer brings the folders up to the committed state of their jobs
   */
  public RunStore(Path root, RunWriter writer) {
    this.writer = writer;
    this.journals = new RunJournals(writer);
    try {
      Path there = writer instanceof RunWriter.NotHere ? root : Files.createDirectories(root);
      this.root = there.toRealPath();
    } catch (IOException e) {
      throw MnException.unavailable(
          "the run store %s cannot be used: %s".formatted(root, OutOfRoom.reason(e)), e);
    }
  }

  public Path root() {
    return root;
  }

  /**
   * The jobs whose runs this process has to write, for its recorder.
   *
   * @throws IllegalStateException when another process writes them
   */
  public RunBacklog backlog() {
    return switch (writer) {
      case RunBacklog backlog -> backlog;
      case RunWriter.Elsewhere _, RunWriter.NotHere _ ->
          throw new IllegalStateException("another process writes the runs in " + root);
    };
  }

  /** Sets the runs whose folders are made on demand; for the recorder. */
  public void unread(OnDemandRuns runs) {
    unread = runs;
  }

  /** The folder of a run as it is now; made on demand for a run that waits for its first reader. */
  public Optional<RunFolder> lookUp(String runId) {
    boolean isThere = has(runId) || RunId.isRunId(runId) && unread.make(runId);
    return isThere ? present(runId) : Optional.empty();
  }

  /** The folder of a run as it is now, if it has one. Does not count as a reader. */
  public Optional<RunFolder> present(String runId) {
    return has(runId) ? Optional.of(folder(runId)) : Optional.empty();
  }

  /**
   * The folder of an existing run. When this process writes runs, waits until it has what was
   * committed before.
   *
   * @throws MnException MALFORMED {@code invalid run id}, NOT_FOUND {@code run not found}
   */
  public RunFolder find(String runId) {
    RunFolder folder = folder(runId);
    if (!isBegun(folder.path()) || isBehind(folder)) {
      writer.catchUp(runId);
      if (!isFolder(folder.path()) && !unread.make(runId)) {
        throw new MnException(ErrorCode.NOT_FOUND, "run_not_found", "run not found");
      }
    }
    return folder;
  }

  /** True also when the run's job is not known, unless the run is over. */
  private boolean isBehind(RunFolder folder) {
    String runId = folder.runId();
    return writer.isBehind(runId) || writer.mayBeBehind(runId) && !folder.isOver();
  }

  /** Whether the folder is more than the empty one that is made for a program. */
  private static boolean isBegun(Path folder) {
    return isFolder(folder)
        && (Files.exists(folder.resolve("job.json")) || Files.exists(folder.resolve("run.json")));
  }

  /** The folder of a run, made when absent. */
  public RunFolder open(String runId) {
    RunFolder folder = folder(runId);
    try {
      if (!isFolder(folder.path())) {
        Files.createDirectories(folder.path());
      }
      return folder;
    } catch (IOException e) {
      throw MnException.unavailable("the folder of run " + runId + " cannot be made: " + e, e);
    }
  }

  /**
   * Makes the folder of a run with its first files, atomically.
   *
   * @param fill writes into the folder before it is visible
   * @return false when the run has a folder already; that stays as it is
   */
  public boolean make(String runId, Consumer<RunFolder> fill) {
    if (!NewFolder.make(root, folder(runId).path(), fill)) {
      return false;
    }
    changed(runId, "");
    return true;
  }

  public boolean has(String runId) {
    return RunId.isRunId(runId) && isFolder(root.resolve(runId));
  }

  /** A link is none: it may lead anywhere. */
  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The folder that the run has or would have. */
  private RunFolder folder(String runId) {
    if (!RunId.isRunId(runId)) {
      throw new MnException(ErrorCode.MALFORMED, "invalid_run_id", "invalid run id");
    }
    return new RunFolder(
        runId,
        root.resolve(runId),
        new FolderListener() {
          @Override
          public void changed(String name) {
            RunStore.this.changed(runId, name);
          }

          @Override
          public boolean isBehind() {
            return writer.mayBeBehind(runId);
          }
        });
  }

  /** Waits, where that is possible, until a run whose job has ended is completely written. */
  public void finish(String runId) {
    if (writer.isBehind(runId) || !has(runId) || !folder(runId).isOver()) {
      writer.catchUp(runId);
      lookUp(runId);
    }
  }

  /** Subscribes to the ids of runs that this process writes to; called on the writing thread. */
  public void onChange(Consumer<String> listener) {
    changes.listen(listener);
  }

  /** Subscribes to runs that from now on wait for their first reader. */
  public void onUnread(Consumer<OnDemandRuns.Shown> listener) {
    changes.listenToUnread(listener);
  }

  /** The runs whose folders are made on demand. */
  public OnDemandRuns unread() {
    return unread;
  }

  /** Announces a run that waits for its first reader; for the recorder. */
  public void waits(OnDemandRuns.Shown run) {
    changes.tellUnread(run);
  }

  /** Calls back whenever files of the run have changed, by any writer, until closed. */
  public AutoCloseable watch(String runId, Runnable onChange) {
    AutoCloseable watched = watch.add(runId, onChange);
    writer.hurry(runId);
    return watched;
  }

  public boolean isWatched(String runId) {
    return watch.isWatched(runId);
  }

  /**
   * Waits, where that is possible, until the folders of these runs have what was committed before.
   *
   * @return the runs that were behind
   */
  public List<String> catchUp(Collection<String> runIds) {
    List<String> behind = runIds.stream().filter(writer::isBehind).toList();
    boolean _ = behind.stream().allMatch(writer::catchUp); // a slow writer is not waited for again
    return behind;
  }

  /** As {@link #catchUp(Collection)}, for all runs. */
  public void catchUp() {
    writer.catchUp("");
  }

  /**
   * The journal of an existing run. Getting it writes nothing into the run's folder; bringing it up
   * to date writes only the numbers of records, and not even those where this process only reads.
   */
  public RunJournal journal(RunFolder folder) {
    return journals.of(folder);
  }

  private LongSupplier stamps(String runId) {
    return FolderStamp.of(root.resolve(runId));
  }

  /** Changes whenever this process has written a document of the run. */
  public int version(String runId) {
    return changes.version(runId);
  }

  /**
   * Changes whenever records, documents or the list of files of the run have changed, by any
   * writer. Reads the disk.
   */
  public long stamp(String runId) {
    Path folder = root.resolve(runId);
    return FolderStamp.of(folder).getAsLong() * 31 + folder.toFile().lastModified();
  }

  private void changed(String runId, String file) {
    changes.tell(runId, file);
    watch.changed(runId);
  }

  @Override
  public void close() {
    watch.close();
  }
}
