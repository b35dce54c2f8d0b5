package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.untrusted.FreeName;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The folder of one run. Blocking; thread-safe, also across processes of this product. */
public final class RunFolder {
  /** Subfolder for files of this product alone; never listed, never served. */
  public static final String HIDDEN = ".mn";

  private static final long SEGMENT_BYTES = 10 << 20;

  private final String runId;
  private final Path path;
  private final FolderListener keeper;
  private final Sharing access;
  private final FolderDocuments documents;

  public RunFolder(String runId, Path path, FolderListener keeper) {
    this(runId, path, keeper, Sharing.SHARED);
  }

  /** Fills a folder that is not visible yet, without a lock. */
  static void fill(String runId, Path path, Consumer<RunFolder> writes) {
    RunFolder unshared = new RunFolder(runId, path, name -> {}, Sharing.UNSHARED);
    try (var _ = unshared.documents) {
      writes.accept(unshared);
    }
  }

  private RunFolder(String runId, Path path, FolderListener keeper, Sharing access) {
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

  /** As {@link #read}; empty also when the document is damaged. */
  public Optional<ObjectNode> peek(String name) {
    try {
      return read(name);
    } catch (MnException e) {
      return Optional.empty();
    }
  }

  /** Replaces the document atomically. */
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
   * Changes a document that programs may change too. An absent document counts as {}.
   *
   * @param change may be called more than once: programs take no lock, and their concurrent writes
   *     must not be lost
   */
  public void update(String name, UnaryOperator<ObjectNode> change) {
    change(name, () -> documents.update(name, () -> peek(name).orElseGet(Json::object), change));
  }

  /** For writers of documents. */
  FolderDocuments documents() {
    return documents;
  }

  /** Whether there is a file of this name that is no pipe and no link out of the folder. */
  public boolean has(String name) {
    return documents.isThere(name);
  }

  public void writeIfAbsent(String name, ObjectNode document) {
    change(name, () -> documents.writeIfAbsent(name, document));
  }

  /** See {@link RunFolder#discard}. */
  public void discard(List<String> names, Instant before) {
    try (var _ = lock()) {
      documents.discard(names, before);
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /** Appends records in one write; later readers see all of them. */
  public void append(RunLog log, List<ObjectNode> records) {
    if (records.isEmpty()) {
      return;
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    records.forEach(record -> lines.writeBytes(Records.line(record)));
    append(log, lines.toByteArray());
  }

  /** Appends whole lines and returns the new end of the live file. */
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
   * Makes several writes under one lock, all through the folder passed to {@code writes}; other
   * writers of this product wait. Listeners are notified after the lock is free.
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

  /** The logs that have files; one listing. */
  public Set<RunLog> logs() {
    try {
      return LogFiles.present(path);
    } catch (IOException | DirectoryIteratorException e) {
      throw MnException.unavailable("the folder of run " + runId + " cannot be read: " + e, e);
    }
  }

  /** Runs work, which may write, while the other writers of this product wait. */
  public <T> T exclusively(Supplier<T> work) {
    try (var _ = lock()) {
      return work.get();
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /** Keeps all other writers of this product out until closed; null when no lock is needed. */
  public FolderLock lock() throws IOException {
    return access == Sharing.SHARED ? FolderLock.take(path) : null;
  }

  /** As {@link #lock}; also makes the {@link #HIDDEN} folder. */
  public FolderLock lockWithHidden() throws IOException {
    hidden().close();
    return lock();
  }

  /** The {@link #HIDDEN} folder, made when absent; must be closed. */
  public OpenFolder hidden() throws IOException {
    try (OpenFolder run = OpenFolder.at(path)) {
      return run.in(HIDDEN);
    }
  }

  public LogFiles files(RunLog log) {
    return new LogFiles(this, log, SEGMENT_BYTES);
  }

  /**
   * The file of this name, or null unless it lies in this folder: absolute names, {@code ..} and
   * links that lead out are refused.
   *
   * @param relative as an index, a client or a program gives it
   */
  public Path inside(String relative) {
    return FolderPaths.inside(path, relative);
  }

  /**
   * Whether the run has ended: as the runtime has recorded it, or else as the programs report it.
   */
  public boolean isOver() {
    String recorded = RunHeader.ofJob(this).status();
    boolean isReported = recorded.isEmpty() && !keeper.isBehind();
    String status = isReported ? RunHeader.ofRun(this).status() : recorded;
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

  /** Which other users of a run's folder may run concurrently. */
  private enum Sharing {
    /** Writers and readers: each write takes the lock. */
    SHARED,
    /** Readers only: the caller holds the lock. */
    LOCKED,
    /** None, since the folder is not visible yet: no lock is needed, files are written in place. */
    UNSHARED
  }

  /** Paths in the folder of a run. Clients name them and programs make them: neither is trusted. */
  private static final class FolderPaths {
    private static final int LONGEST_PATH = 1024;

    private FolderPaths() {}

    /** See {@link RunFolder#inside}. */
    static Path inside(Path folder, String relative) {
      if (relative.isEmpty() || relative.length() > LONGEST_PATH || relative.indexOf('\0') >= 0) {
        return null;
      }
      try {
        Path file = folder.resolve(relative).normalize();
        if (!file.startsWith(folder) || file.equals(folder) || Path.of(relative).isAbsolute()) {
          return null;
        }
        return Files.exists(file) && !file.toRealPath().startsWith(folder) ? null : file;
      } catch (InvalidPathException | IOException e) {
        return null;
      }
    }
  }

  /**
   * The JSON documents in the folder of a run; each is replaced atomically. Writers must hold the
   * folder's lock; listeners are not notified.
   */
  static final class FolderDocuments implements AutoCloseable {
    /** Longest JSON document in bytes; programs write them too. */
    private static final int LONGEST = 64 << 20;

    private static final int UPDATE_ATTEMPTS = 5;

    /** Suffix of a document that is being written. */
    private static final String NEW = ".new";

    private final Path folder;
    private final boolean unshared;
    private final boolean keepsOpen;
    private OpenFolder kept;

    private final FreshFiles fresh;

    /**
     * @param unshared whether the folder is not visible yet, so that files may be written in place
     * @param keepsOpen whether the folder stays open until {@link #close}; then for one thread
     */
    FolderDocuments(Path folder, boolean unshared, boolean keepsOpen) {
      this.folder = folder;
      this.unshared = unshared;
      this.keepsOpen = keepsOpen;
      this.fresh = new FreshFiles(unshared);
    }

    /** See {@link RunFolder#read}. */
    Optional<ObjectNode> read(String name) {
      byte[] made = fresh.of(name);
      if (made != null) {
        return Optional.of(Json.parseObject(new String(made, StandardCharsets.UTF_8), name));
      }
      if (!exists(name)) { // cheaper than an exception
        return Optional.empty();
      }
      try {
        byte[] content = UntrustedFiles.read(folder.resolve(name), folder, LONGEST);
        JsonNode json = Json.MAPPER.readTree(content);
        return Optional.of(json instanceof ObjectNode object ? object : Json.object());
      } catch (NoSuchFileException e) {
        return Optional.empty(); // deleted between the two looks, or no file of the run
      } catch (IOException e) {
        throw new MnException(
            ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + name, null, e);
      }
    }

    /** Files that were made through this object. */
    FreshFiles fresh() {
      return fresh;
    }

    private void remember(String name, byte[] content) {
      if (keepsOpen) {
        fresh.add(name, content);
      }
    }

    /** See {@link RunFolder#has}. */
    boolean isThere(String name) {
      if (fresh.of(name) != null || fresh.lack(name)) {
        return !fresh.lack(name);
      }
      try (OpenFile _ = UntrustedFiles.openLinked(folder.resolve(name), folder)) {
        return true;
      } catch (NoSuchFileException e) {
        return false;
      } catch (IOException e) {
        return true; // unreadable
      }
    }

    /** See {@link RunFolder#discard}. */
    void discard(List<String> names, Instant before) throws IOException {
      try (OpenFolder in = OpenFolder.at(folder)) {
        for (String name : names) {
          discard(in, name, before);
        }
      }
    }

    private void discard(OpenFolder in, String name, Instant before) throws IOException {
      try (OpenFile file = UntrustedFiles.open(folder.resolve(name))) {
        if (file.modified().toInstant().isBefore(before)) {
          in.delete(name);
        }
      } catch (NoSuchFileException e) {
      }
    }

    /** Always returns true. */
    boolean write(String name, ObjectNode document) throws IOException {
      byte[] content = Records.document(document);
      if (!create(name, content)) {
        replace(name, content);
      }
      return true;
    }

    /**
     * Writes the document unless it exists; a program may write it at this very moment. A pipe, or
     * a link that leads out of the run, is replaced.
     *
     * @return whether it was written
     * @throws IOException also when a folder has the name; the folder stays
     */
    boolean writeIfAbsent(String name, ObjectNode document) throws IOException {
      byte[] content = Records.document(document);
      if (create(name, content)) {
        return true;
      }
      if (isThere(name)) {
        return false;
      }
      replace(name, content);
      return true;
    }

    /**
     * See {@link RunFolder#update}.
     *
     * @param read the current document, or an empty one
     * @return true
     */
    boolean update(String name, Supplier<ObjectNode> read, UnaryOperator<ObjectNode> change)
        throws IOException {
      if (fresh.lack(name)) {
        return write(name, change.apply(read.get()));
      }
      Path file = folder.resolve(name);
      for (int left = UPDATE_ATTEMPTS; ; left--) {
        FileState before = FileState.at(file);
        byte[] content = Records.document(change.apply(read.get()));
        if (before.equals(FileState.NOTHING) && create(name, content)) {
          return true;
        }
        if (left == 1 || FileState.at(file).equals(before)) {
          replace(name, content);
          return true;
        }
      }
    }

    private boolean exists(String name) {
      return !fresh.lack(name) && UntrustedFiles.isThere(folder.resolve(name));
    }

    /** Makes a file with all these bytes atomically; false when the name is taken. */
    boolean create(String name, byte[] content) throws IOException {
      boolean created = fresh.of(name) == null && !exists(name) && isCreated(name, content);
      if (created) {
        remember(name, content);
      }
      return created;
    }

    private boolean isCreated(String name, byte[] content) throws IOException {
      try (Place in = place()) {
        if (unshared) {
          in.folder.put(name, content);
          return true;
        }
        FreeName.Put put = FreeName.put(in.folder, name, content);
        if (put != FreeName.Put.NOT_HERE) {
          return put == FreeName.Put.DONE;
        }
        try (OpenFolder hidden = in.folder.in(RunFolder.HIDDEN)) {
          hidden.put(name + NEW, content);
          return FreeName.give(hidden, name + NEW, in.folder, name);
        }
      }
    }

    private void replace(String name, byte[] content) throws IOException {
      remember(name, content);
      try (Place in = place()) {
        if (unshared) {
          in.folder.put(name, content);
          return;
        }
        try (OpenFolder hidden = in.folder.in(RunFolder.HIDDEN)) {
          hidden.put(name + NEW, content);
          hidden.move(name + NEW, in.folder, name);
        }
      }
    }

    /** The folder, open during a write. */
    private record Place(OpenFolder folder, boolean isKept) implements AutoCloseable {
      @Override
      public void close() {
        if (!isKept) {
          folder.close();
        }
      }
    }

    private Place place() throws IOException {
      if (!keepsOpen) {
        return new Place(OpenFolder.at(folder), false);
      }
      if (kept == null) {
        kept = OpenFolder.at(folder);
      }
      return new Place(kept, true);
    }

    @Override
    public void close() {
      if (kept != null) {
        kept.close();
        kept = null;
      }
    }

    /**
     * Caches the contents of files just made that, as far as is known, have no other writer since,
     * so that they are not read again. For one thread.
     */
    static final class FreshFiles {
      private static final int MOST_BYTES = 1 << 20;

      private final boolean areAll;
      private final Set<String> names = new HashSet<>();
      private final Map<String, byte[]> contents = new HashMap<>();
      private int bytes;

      /**
       * @param areAll whether the folder is new and not visible: it holds nothing else
       */
      FreshFiles(boolean areAll) {
        this.areAll = areAll;
      }

      /** Whether the name is known to be free, without a look at the disk. */
      boolean lack(String name) {
        return areAll && !names.contains(name);
      }

      /** Null when the file must be read. */
      byte[] of(String name) {
        return contents.get(name);
      }

      void add(String name, byte[] content) {
        forget(name);
        names.add(name);
        if (bytes + content.length <= MOST_BYTES) {
          contents.put(name, content);
          bytes += content.length;
        }
      }

      void forget(String name) {
        byte[] known = contents.remove(name);
        bytes -= known == null ? 0 : known.length;
      }
    }
  }

  /** A number that changes whenever records or documents of a run change. */
  public static final class FolderStamp {
    private FolderStamp() {}

    /** The supplier reads the disk at each call. */
    public static LongSupplier of(Path folder) {
      List<File> logs =
          Stream.of(RunLog.values()).map(log -> folder.resolve(log.file()).toFile()).toList();
      List<File> documents =
          Stream.of("job.json", "run.json").map(name -> folder.resolve(name).toFile()).toList();
      return () -> {
        long stamp = 0;
        for (File log : logs) {
          stamp = stamp * 31 + log.length();
        }
        for (File document : documents) {
          stamp = stamp * 31 + document.lastModified();
        }
        return stamp;
      };
    }
  }
}
