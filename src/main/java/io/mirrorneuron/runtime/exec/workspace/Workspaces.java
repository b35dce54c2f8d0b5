package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.exec.settings.ExecutorSettings;
import io.mirrorneuron.runtime.exec.settings.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** Makes workspaces below one folder that belongs to this runtime alone. Thread-safe. */
public final class Workspaces {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Pattern NOT_PLAIN = Pattern.compile("[^A-Za-z0-9._-]");
  private static final int NAME_PART = 40;

  private final Path folder;
  private final Clock clock;
  private final AtomicLong counter = new AtomicLong();

  /**
   * @param tempDir may be shared with other users
   */
  public Workspaces(Path tempDir, String runtimeId, Clock clock) {
    this.folder = own(folder(tempDir, runtimeId));
    this.clock = clock;
  }

  public static Path folder(Path tempDir, String runtimeId) {
    return tempDir.toAbsolutePath().resolve("mn-" + plain(runtimeId));
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

  public Workspace create(Execution execution, ExecutorSettings settings) throws NotStarted {
    Path root = fresh(execution, settings);
    boolean laid = false;
    try {
      Workspace workspace = Workspace.lay(root, execution, settings, clock.instant());
      laid = true;
      return workspace;
    } finally {
      if (!laid) {
        FolderTree.delete(root);
      }
    }
  }

  private Path fresh(Execution execution, ExecutorSettings settings) throws NotStarted {
    String base =
        plain(settings.namePrefix())
            + "-"
            + plain(execution.jobId())
            + "-"
            + plain(execution.agentId())
            + "-";
    while (true) {
      try {
        return Files.createDirectory(folder.resolve(base + counter.incrementAndGet()), PRIVATE);
      } catch (FileAlreadyExistsException e) {
        // Left by an earlier server; the next number is free sooner or later.
      } catch (IOException e) {
        throw new NotStarted("workspace cannot be made: " + e.getMessage(), e);
      }
    }
  }

  /** A part of a file name: nothing that leads elsewhere, and short. */
  private static String plain(String text) {
    String plain = NOT_PLAIN.matcher(text).replaceAll("_");
    return plain.length() > NAME_PART ? plain.substring(0, NAME_PART) : plain;
  }
}
