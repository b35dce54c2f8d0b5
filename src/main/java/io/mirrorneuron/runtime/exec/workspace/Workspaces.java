package io.mirrorneuron.runtime.exec.workspace;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UnsharedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Makes workspaces below one folder that belongs to this runtime alone. The folder is made with the
 * first workspace, and goes when this is closed. Thread-safe.
 */
public final class Workspaces implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Pattern NOT_PLAIN = Pattern.compile("[^A-Za-z0-9._-]");
  private static final int NAME_PART = 40;
  private static final int RUNTIME_PART = 16;

  private final Path folder;
  private final MessageFiles files;
  private final AtomicLong counter = new AtomicLong();
  private final SpareWorkspaces spares = new SpareWorkspaces();
  private final boolean reuses;

  /**
   * @param folder as {@link #made}
   * @param artifacts has what messages refer to
   * @param reuses whether what a program has left as it was may become another one's: where
   *     programs reach their own workspaces only
   */
  public Workspaces(Path folder, ArtifactSink artifacts, Clock clock, boolean reuses) {
    this.folder = folder;
    this.files = new MessageFiles(artifacts, clock);
    this.reuses = reuses;
  }

  /**
   * Makes the folder of all workspaces of a runtime.
   *
   * @param tempDir may be shared with other users
   * @return a real path
   */
  public static Path made(Path tempDir, String runtimeId) {
    return own(folder(tempDir, runtimeId));
  }

  public static Path folder(Path tempDir, String runtimeId) {
    String id = plain(runtimeId);
    return tempDir
        .toAbsolutePath()
        .resolve("mn-" + id.substring(0, Math.min(RUNTIME_PART, id.length())));
  }

  /** The folder of files of programs that a runtime runs for others. */
  public static Path ofRemoteTasks(Path tempDir, String runtimeId) {
    return tempDir.resolve("mn-guests-" + runtimeId);
  }

  private static Path own(Path folder) {
    try {
      Files.createDirectories(folder.getParent());
      try {
        Files.createDirectory(folder, PRIVATE);
      } catch (FileAlreadyExistsException e) {
        // In a shared folder somebody else could have put a link or a folder of theirs here.
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(folder + " is not a folder", e);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
      return folder.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for workspaces: " + e.getMessage(), e);
    }
  }

  /** Where all workspaces are; a real path. */
  public Path folder() {
    return folder;
  }

  public Workspace create(Execution execution, ExecutorSettings settings) throws NotStarted {
    Path root = reuses ? filled(execution) : null;
    boolean isFilled = root != null;
    root = isFilled ? root : fresh();
    boolean laid = false;
    try {
      String name =
          String.join(
              "-",
              plain(settings.namePrefix()),
              plain(execution.jobId()),
              plain(execution.agentId()),
              root.getFileName().toString());
      Workspace workspace =
          isFilled
              ? Workspace.laid(root, name, execution, settings)
              : Workspace.lay(root, name, execution, settings, files);
      laid = true;
      return workspace;
    } finally {
      if (!laid) {
        FolderTree.delete(root);
      }
    }
  }

  /** A folder with the files of the execution that others had; null when there is none. */
  private Path filled(Execution execution) throws NotStarted {
    if (spares.areNone()
        || !MessageFiles.arePlain(execution)
        || WorkspaceUploads.areIn(execution.config())) {
      return null;
    }
    Map<String, byte[]> contents = files.contents(execution);
    Path root = fresh(); // first: where it cannot be made, no spare one is lost
    Path spare = spares.take();
    if (spare != null && SpareWorkspaces.move(spare, root, contents)) {
      return root;
    }
    FolderTree.delete(root);
    return null;
  }

  /** Once nothing of the program is left that counts: keeps it for another one, or deletes it. */
  public void release(Workspace workspace) {
    if (!reuses || !spares.keep(workspace.root())) {
      workspace.close();
    }
  }

  /** Deletes what no program has. */
  public void tidy() {
    spares.clear();
  }

  /** A folder with nothing in it, for the caller to delete. */
  public Path empty() throws NotStarted {
    return fresh();
  }

  /** Its path is short: programs make sockets below, whose paths may have 107 characters. */
  private Path fresh() throws NotStarted {
    while (true) {
      try {
        return Files.createDirectory(
            folder.resolve(Long.toString(counter.incrementAndGet())), PRIVATE);
      } catch (FileAlreadyExistsException e) {
        // Left by an earlier server; the next number is free sooner or later.
      } catch (NoSuchFileException e) {
        makeAgain(); // somebody tidied up
      } catch (IOException e) {
        throw NotStarted.here("workspace cannot be made: " + e.getMessage(), e);
      }
    }
  }

  private void makeAgain() throws NotStarted {
    try {
      own(folder);
    } catch (UncheckedIOException e) {
      throw NotStarted.here(e.getMessage(), e);
    }
  }

  /** Removes the folder with all that is in it; no workspace may be in use. */
  @Override
  public void close() {
    FolderTree.delete(folder);
  }

  /** A part of a file name: nothing that leads elsewhere, and short. */
  private static String plain(String text) {
    String plain = NOT_PLAIN.matcher(text).replaceAll("_");
    return plain.length() > NAME_PART ? plain.substring(0, NAME_PART) : plain;
  }

  /**
   * Workspaces that programs have left as they found them. The files of one are moved to the new
   * workspace of another program and written anew there, which takes a file system a fraction of
   * what it takes to make and remove them. The folder itself is a new one: what is left of an
   * earlier program may reach its old folder only, and a file that it still has open is not used
   * again. Thread-safe.
   */
  private static final class SpareWorkspaces {
    /** More than run at a time. */
    private static final int MOST = 64;

    /** Of what one program was sent; larger files are removed as soon as it has ended. */
    private static final long BYTES = 64 * 1024;

    private static final Set<String> NAMES = names();

    private final Queue<Path> spare = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    private static Set<String> names() {
      Set<String> names = new HashSet<>(MessageFiles.ALL);
      names.add(Workspace.TEMPORARY);
      return names;
    }

    /**
     * Takes what a program has left, if it is of use.
     *
     * @return whether it is; else the caller removes it
     */
    boolean keep(Path root) {
      if (count.incrementAndGet() <= MOST && isAsLaid(root)) {
        spare.add(root);
        return true;
      }
      count.decrementAndGet();
      return false;
    }

    /** As most are; whether they can be used is looked at closely when they are. */
    private static boolean isAsLaid(Path root) {
      try (OpenFolder folder = OpenFolder.at(root)) {
        return NAMES.equals(Set.copyOf(folder.names()))
            && MessageFiles.ALL.stream().map(root::resolve).mapToLong(UntrustedFiles::size).sum()
                <= BYTES;
      } catch (IOException e) {
        return false;
      }
    }

    private static boolean isUnused(OpenFolder folder) throws IOException {
      try (OpenFolder temporary = folder.present(Workspace.TEMPORARY)) {
        return UnsharedFiles.hasRightsOfNew(temporary) && temporary.names().isEmpty();
      }
    }

    boolean areNone() {
      return spare.isEmpty();
    }

    /** One of them, or null; nobody else has it from now on. */
    Path take() {
      Path root = spare.poll();
      if (root != null) {
        count.decrementAndGet();
      }
      return root;
    }

    /**
     * Moves a spare one to a new folder that nobody knows yet, with other files.
     *
     * @return whether that is filled; else what is in it is of no use
     */
    static boolean move(Path spare, Path root, Map<String, byte[]> files) {
      try (OpenFolder from = OpenFolder.at(spare);
          OpenFolder to = OpenFolder.at(root)) {
        for (String name : NAMES) {
          from.move(name, to, name);
        }
        Files.delete(spare);
        return isUnused(to) && UnsharedFiles.rewrite(to, files);
      } catch (IOException e) {
        FolderTree.delete(spare);
        return false;
      }
    }

    /** Removes all of them. */
    void clear() {
      for (Path root = take(); root != null; root = take()) {
        FolderTree.delete(root);
      }
    }
  }

  /** Port: the folders of runs on this node. */
  @FunctionalInterface
  public interface RunPlaces {
    /** For a runner whose programs have no runs. */
    RunPlaces NONE = execution -> null;

    /**
     * The folder of a program's run, made when there is none: a real path; null while it cannot be
     * made.
     */
    Path folder(Execution execution);
  }

  /**
   * The environment of this server, as far as programs may have it by name.
   *
   * @param all of them
   */
  public record ServerVariables(Map<String, String> all) {
    /** The server's own secrets: never handed on, whatever a manifest lists. */
    private static final Pattern SECRET =
        Pattern.compile(
            "(MN|MIRROR_NEURON)_.*(TOKEN|SECRET|PASSWORD|KEY|COOKIE|REDIS).*"
                + "|REDIS(CLI)?_(URL|AUTH|PASSWORD)|RELEASE_COOKIE",
            Pattern.CASE_INSENSITIVE);

    public ServerVariables {
      all = Map.copyOf(all);
    }

    public static boolean isSecret(String name) {
      return SECRET.matcher(name).matches();
    }

    /** The value that a program may have; null when there is none, or it is a secret. */
    public String passed(String name) {
      return isSecret(name) ? null : all.get(name);
    }
  }

  /**
   * What the author of a node has its program told of runs and submissions; each may be null.
   *
   * @param submissionId the name of a folder
   * @param runId the run that the program believes to work for
   * @param runsRoot where it looks for the folder of that run
   */
  record WrittenVariables(
      @JsonProperty("MN_STORAGE_SUBMISSION_ID") String submissionId,
      @JsonProperty("MN_RUN_ID") String runId,
      @JsonProperty("MN_RUNS_ROOT") String runsRoot) {
    private static final WrittenVariables NONE = new WrittenVariables(null, null, null);

    private record Config(WrittenVariables environment) {}

    static WrittenVariables of(Execution execution) {
      WrittenVariables written = LenientJson.read(execution.config(), Config.class).environment();
      return written == null ? NONE : written;
    }
  }

  /** An execution that cannot be; the message is the sentence its outcome carries. */
  public static final class NotStarted extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofNode;

    public NotStarted(String message) {
      this(message, null);
    }

    public NotStarted(String message, Throwable cause) {
      this(message, cause, false);
    }

    private NotStarted(String message, Throwable cause, boolean ofNode) {
      super(message, cause);
      this.ofNode = ofNode;
    }

    /** One that could be on another node. */
    public static NotStarted here(String message, Throwable cause) {
      return new NotStarted(message, cause, true);
    }

    /** Whether this node is why, and not the execution. */
    public boolean isOfNode() {
      return ofNode;
    }
  }
}
