package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The folder of one run. Blocking; thread-safe, also across processes of this product. */
public final class RunFolder {
  /** Folder within a run's folder for files of this product alone; never listed, never served. */
  public static final String HIDDEN = ".mn";

  private static final long SEGMENT_BYTES = 10 << 20;

  private final String runId;
  private final Path path;
  private final FolderKeeper keeper;
  private final Sharing access;
  private final FolderDocuments documents;

  /**
   * @param keeper is told the name of each file that was written
   */
  public RunFolder(String runId, Path path, FolderKeeper keeper) {
    this(runId, path, keeper, Sharing.SHARED);
  }

  /** Fills a folder that no other thread or process knows yet; it is written without a lock. */
  static void fill(String runId, Path path, Consumer<RunFolder> writes) {
    RunFolder unshared = new RunFolder(runId, path, name -> {}, Sharing.UNSHARED);
    try (var _ = unshared.documents) {
      writes.accept(unshared);
    }
  }

  private RunFolder(String runId, Path path, FolderKeeper keeper, Sharing access) {
    this.runId = runId;
    this.path = path;
    this.keeper = keeper;
    this.access = access;
    this.documents =
        new FolderDocuments(path, access == Sharing.UNSHARED, access != Sharing.SHARED);
  }

  public String runId() {
    return runId;
  }

  /** The absolute path; the folder itself is no symbolic link. */
  public Path path() {
    return path;
  }

  /**
   * A JSON document; empty when there is none.
   *
   * @return an empty object when it is JSON but no object
   * @throws MnException INTERNAL {@code failed to read NAME}
   */
  public Optional<ObjectNode> read(String name) {
    return documents.read(name);
  }

  /** As {@link #read}, for who can do without the document: empty also when it is damaged. */
  public Optional<ObjectNode> peek(String name) {
    try {
      return read(name);
    } catch (MnException e) {
      return Optional.empty();
    }
  }

  /** Replaces the document as a whole; readers see the old one or the new one. */
  public void write(String name, ObjectNode document) {
    change(name, () -> documents.write(name, document));
  }

  private interface Change {
    boolean make() throws IOException;
  }

  private void change(String name, Change change) {
    try (var _ = lock()) {
      if (!change.make()) {
        return;
      }
    } catch (IOException e) {
      throw failed(name, e);
    }
    keeper.changed(name); // after the lock is free: listeners read the file
  }

  /**
   * Changes a document that others may change too. Without one the change is made to {}.
   *
   * @param change may be made more than once: programs take no lock, and what one has written since
   *     the document was read is not to be lost
   */
  public void update(String name, UnaryOperator<ObjectNode> change) {
    change(name, () -> documents.update(name, () -> peek(name).orElseGet(Json::object), change));
  }

  /** Of its files, for who may write them. */
  FolderDocuments documents() {
    return documents;
  }

  /** Whether it has a file of this name, and not a pipe or a link that leads out. */
  public boolean has(String name) {
    return documents.isThere(name);
  }

  /** Writes the document unless there is one with this name. */
  public void writeIfAbsent(String name, ObjectNode document) {
    change(name, () -> documents.writeIfAbsent(name, document));
  }

  /** Removes those of the documents that were written before that time. */
  public void discard(List<String> names, Instant before) {
    try (var _ = lock()) {
      documents.discard(names, before);
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /** Appends records in one write; who reads the file afterwards sees all of them, as they are. */
  public void append(RunLog log, List<ObjectNode> records) {
    if (records.isEmpty()) {
      return;
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    records.forEach(record -> lines.writeBytes(Records.line(record)));
    append(log, lines.toByteArray());
  }

  /** Adds whole lines. The answer is where the live file ends then. */
  LogPosition append(RunLog log, byte[] lines) {
    LogPosition end;
    try (var _ = lock()) {
      end = files(log).append(lines);
    } catch (IOException e) {
      throw failed(log.file(), e);
    }
    keeper.changed(log.file());
    return end;
  }

  /**
   * Makes several writes while no other writer of this product can write, all through the folder
   * that is handed over. The lock is taken once; listeners are notified when it is free again.
   */
  public void together(Consumer<RunFolder> writes) {
    if (access != Sharing.SHARED) {
      writes.accept(this);
      return;
    }
    Set<String> written = new LinkedHashSet<>();
    RunFolder locked = new RunFolder(runId, path, written::add, Sharing.LOCKED);
    try (var _ = lock();
        var _ = locked.documents) {
      writes.accept(locked);
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    } finally {
      written.forEach(keeper::changed);
    }
  }

  /** The logs that have files, found with one look. */
  public Set<RunLog> logs() {
    try {
      return LogFiles.present(path);
    } catch (IOException | DirectoryIteratorException e) {
      throw MnException.unavailable("the folder of run " + runId + " cannot be read: " + e, e);
    }
  }

  /** Does work, which may write, while no other writer of this product can write. */
  public <T> T exclusively(Supplier<T> work) {
    try (var _ = lock()) {
      return work.get();
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /** Keeps every other writer of this product out until it is closed; null when there is none. */
  public FolderLock lock() throws IOException {
    return access == Sharing.SHARED ? FolderLock.take(path) : null;
  }

  /** As {@link #lock}; afterwards there is a folder for files of this product alone. */
  public FolderLock lockWithHidden() throws IOException {
    hidden().close();
    return lock();
  }

  /** The folder for files of this product alone, made when there is none; must be closed. */
  public OpenFolder hidden() throws IOException {
    try (OpenFolder run = OpenFolder.at(path)) {
      return run.in(HIDDEN);
    }
  }

  public LogFiles files(RunLog log) {
    return new LogFiles(this, log, SEGMENT_BYTES);
  }

  /**
   * The file of this name, or null unless it lies in this folder: no absolute name, no dots that
   * lead out, no link that does.
   *
   * @param relative as an index, a client or a program gives it
   */
  public Path inside(String relative) {
    return FolderPaths.inside(path, relative);
  }

  /** Whether the run has ended: as the runtime has recorded it, or else as the programs say. */
  public boolean isOver() {
    String recorded = RunHeader.ofJob(this).status();
    boolean isTold = recorded.isEmpty() && !keeper.isBehind();
    String status = isTold ? RunHeader.ofRun(this).status() : recorded;
    return RunStatus.ofAnyCase(status).isFinal();
  }

  private static MnException failed(String name, IOException cause) {
    return new MnException(
        ErrorCode.INTERNAL,
        "run_store_unavailable",
        "%s cannot be written: %s".formatted(name, cause.getMessage()),
        null,
        cause);
  }
}
