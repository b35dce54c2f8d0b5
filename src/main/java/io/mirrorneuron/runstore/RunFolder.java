package io.mirrorneuron.runstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The folder of one run. Blocking; thread-safe, also across processes of this product. */
public final class RunFolder {
  /** What is ours alone in a run's folder; never listed, never served. */
  static final String HIDDEN = ".mn";

  private static final long SEGMENT_BYTES = 10 << 20;
  private static final int LONGEST_PATH = 1024;

  /** Bytes of a JSON document at most; programs write them too. */
  private static final long LONGEST_DOCUMENT = 64 << 20;

  private static final int UPDATE_ATTEMPTS = 5;

  private final String runId;
  private final Path path;
  private final Consumer<String> changed;
  private final Access access;

  /** Who may come between. */
  private enum Access {
    /** Other writers and readers: each write takes the lock. */
    SHARED,
    /** Readers only; the lock is taken. */
    LOCKED,
    /** Nobody, since nobody knows the folder yet: needs no lock and no detours. */
    UNSHARED
  }

  /**
   * @param changed is told the name of each file that was written
   */
  RunFolder(String runId, Path path, Consumer<String> changed) {
    this(runId, path, changed, Access.SHARED);
  }

  /** One that nobody else can know yet. */
  static RunFolder unshared(String runId, Path path) {
    return new RunFolder(runId, path, name -> {}, Access.UNSHARED);
  }

  private RunFolder(String runId, Path path, Consumer<String> changed, Access access) {
    this.runId = runId;
    this.path = path;
    this.changed = changed;
    this.access = access;
  }

  public String runId() {
    return runId;
  }

  /** Absolute, and itself no link. */
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
    Path file = inside(name);
    if (file == null || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_DOCUMENT) {
        throw new IOException("no file, or too large");
      }
      JsonNode json = Json.MAPPER.readTree(Files.readAllBytes(file));
      return Optional.of(json instanceof ObjectNode object ? object : Json.object());
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it went between the two looks
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + name, null, e);
    }
  }

  /** The same for those who can do without: empty also when it is damaged. */
  public Optional<ObjectNode> peek(String name) {
    try {
      return read(name);
    } catch (MnException e) {
      return Optional.empty();
    }
  }

  /** Puts the document in the place of an older one; readers see the one or the other. */
  public void write(String name, ObjectNode document) {
    try (var _ = lock()) {
      put(name, document);
    } catch (IOException e) {
      throw failed(name, e);
    }
    changed.accept(name); // not before others may go on: who hears of it will read
  }

  /**
   * Changes a document that others may change too. Without one the change is made to {}.
   *
   * @param change may be made more than once: programs take no lock, and what one has written since
   *     the document was read is not to be lost
   */
  public void update(String name, UnaryOperator<ObjectNode> change) {
    Path file = path.resolve(name);
    try (var _ = lock()) {
      FileState read;
      int attempts = 0;
      do {
        read = FileState.at(file);
        prepare(name, change.apply(peek(name).orElseGet(Json::object)));
      } while (access != Access.UNSHARED
          && !FileState.at(file).equals(read)
          && ++attempts < UPDATE_ATTEMPTS);
      publish(name);
    } catch (IOException e) {
      throw failed(name, e);
    }
    changed.accept(name);
  }

  /** For who has the lock; tells nobody. */
  void put(String name, ObjectNode document) throws IOException {
    prepare(name, document);
    publish(name);
  }

  private void prepare(String name, ObjectNode document) throws IOException {
    Files.write(prepared(name), bytes(document));
  }

  private void publish(String name) throws IOException {
    if (access != Access.UNSHARED) {
      Files.move(prepared(name), path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Path prepared(String name) {
    return access == Access.UNSHARED
        ? path.resolve(name)
        : path.resolve(HIDDEN).resolve(name + ".new");
  }

  /** Writes the document unless there is one with this name. */
  public void writeIfAbsent(String name, ObjectNode document) {
    if (!Files.exists(path.resolve(name))) {
      write(name, document);
    }
  }

  /** Removes those of the documents that were written before that time. */
  public void discard(List<String> names, Instant before) {
    try (var _ = lock()) {
      for (String name : names) {
        Path file = path.resolve(name);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /**
   * Adds records, in one write; whoever reads the file afterwards sees them. {@code ts}, {@code
   * run_id} and the rest are the caller's business.
   */
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
    changed.accept(log.file());
    return end;
  }

  /**
   * Reads one log from its beginning and on.
   *
   * @param mark only lines that contain this text are read; ASCII
   */
  public LogFollower follow(RunLog log, String mark) {
    return new LogFollower(files(log), mark);
  }

  /**
   * Writes several things that no other writer of this product may come between, all through the
   * folder that is handed over. The lock is taken once, and readers hear of it when it is free.
   */
  public void together(Consumer<RunFolder> writes) {
    if (access != Access.SHARED) {
      writes.accept(this);
      return;
    }
    Set<String> written = new LinkedHashSet<>();
    try (var _ = lock()) {
      writes.accept(new RunFolder(runId, path, written::add, Access.LOCKED));
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    } finally {
      written.forEach(changed);
    }
  }

  /** The logs that have files, found with one look. */
  public Set<RunLog> logs() {
    Set<RunLog> found = EnumSet.noneOf(RunLog.class);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        for (RunLog log : RunLog.values()) {
          if (log.isIn(name)) {
            found.add(log);
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw MnException.unavailable("the folder of run " + runId + " cannot be read: " + e, e);
    }
    return found;
  }

  /** Does work that no other writer of this product may come between; it may write itself. */
  public <T> T exclusively(Supplier<T> work) {
    try (var _ = lock()) {
      return work.get();
    } catch (IOException e) {
      throw failed("the folder of the run", e);
    }
  }

  /** Refuses what a program may have put in the place of a file: opening it could wait for ever. */
  static Path plain(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file.getFileName() + " is no plain file");
    }
    return file;
  }

  /** Keeps every other writer of this product out until it is closed; null when there is none. */
  FolderLock lock() throws IOException {
    return access == Access.SHARED ? FolderLock.take(path) : null;
  }

  LogFiles files(RunLog log) {
    return new LogFiles(this, log, SEGMENT_BYTES);
  }

  /**
   * The file of this name, or null unless it lies in this folder: no absolute name, no dots that
   * lead out, no link that does.
   *
   * @param relative as an index, a client or a program gives it
   */
  public Path inside(String relative) {
    if (relative.isEmpty() || relative.length() > LONGEST_PATH || relative.indexOf('\0') >= 0) {
      return null;
    }
    try {
      Path file = path.resolve(relative).normalize();
      if (!file.startsWith(path) || file.equals(path) || Path.of(relative).isAbsolute()) {
        return null;
      }
      return Files.exists(file) && !file.toRealPath().startsWith(path) ? null : file;
    } catch (InvalidPathException | IOException e) {
      return null;
    }
  }

  /**
   * Whether nothing is written any more: by the runtime's word where it keeps the record, else by
   * what the programs say.
   */
  public boolean isOver() {
    ObjectNode job = peek("job.json").orElseGet(Json::object);
    String status =
        job.has("status")
            ? job.path("status").asText()
            : peek("run.json").map(run -> run.path("status").asText()).orElse("");
    return isFinal(status);
  }

  /** Whether a run of this status is over. */
  static boolean isFinal(String status) {
    return RunStatus.ofAnyCase(status).isFinal();
  }

  private static byte[] bytes(ObjectNode document) {
    try {
      return Json.MAPPER
          .writerWithDefaultPrettyPrinter()
          .with(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
          .writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree cannot be written", e);
    }
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
