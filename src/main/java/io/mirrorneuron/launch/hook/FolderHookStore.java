package io.mirrorneuron.launch.hook;

import io.mirrorneuron.launch.DiskFault;
import io.mirrorneuron.launch.KeptBundle;
import io.mirrorneuron.launch.TreeCopy;
import io.mirrorneuron.launch.hook.HookStore.HookRecord;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hooks in a folder, those of each run in one of their own: {@code hook.json} and the bundle. */
public final class FolderHookStore implements HookStore {
  private static final Logger LOG = LoggerFactory.getLogger(FolderHookStore.class);
  private static final String PREFIX = "hook-";
  private static final String RECORD = "hook.json";
  private static final String BUNDLE = "bundle";

  private final Path root;

  /**
   * @param root closed to other users; made when absent
   */
  public FolderHookStore(Path root) {
    this.root = root;
  }

  private Path folder(String runId) {
    return root.resolve(PREFIX + runId);
  }

  @Override
  public Path bundle(String runId) {
    return folder(runId).resolve(BUNDLE);
  }

  @Override
  public void begin(HookRecord record, Path bundle) {
    remove(record.runId());
    orUnavailable(
        () -> {
          Files.createDirectories(folder(record.runId()));
          Path copy = bundle(record.runId());
          TreeCopy.ofBundle().make(bundle, copy);
          BundleHooks.of(copy, true).requirePlain();
          for (String script : List.of(BundleHooks.BEFORE, BundleHooks.AFTER)) {
            makeProgram(copy.resolve(script));
          }
        });
    write(record);
  }

  /** Zips and some disks lose that a script is a program. */
  private static void makeProgram(Path script) throws IOException {
    if (Files.isRegularFile(script, LinkOption.NOFOLLOW_LINKS)) {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(script);
      mode.add(PosixFilePermission.OWNER_READ);
      mode.add(PosixFilePermission.OWNER_EXECUTE);
      Files.setPosixFilePermissions(script, mode);
    }
  }

  @Override
  public void write(HookRecord record) {
    orUnavailable(
        () -> {
          Path arriving = folder(record.runId()).resolve(RECORD + ".arriving");
          KeptBundle.write(arriving, Json.write(record));
          Files.move(arriving, arriving.resolveSibling(RECORD), StandardCopyOption.ATOMIC_MOVE);
        });
  }

  @Override
  public void remove(String runId) {
    orUnavailable(
        () -> {
          Files.deleteIfExists(folder(runId).resolve(RECORD));
          removeFolder(folder(runId));
        });
  }

  private void removeFolder(Path folder) throws IOException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (OpenFolder open = OpenFolder.at(root.toRealPath())) {
        open.deleteTree(folder.getFileName().toString());
      }
    }
  }

  @Override
  public List<HookRecord> all() {
    List<HookRecord> records = new ArrayList<>();
    for (Path folder : folders()) {
      Path file = folder.resolve(RECORD);
      try {
        records.add(Json.read(Files.readString(file), HookRecord.class, RECORD));
      } catch (NoSuchFileException e) {
        orUnavailable(() -> removeFolder(folder));
      } catch (IOException | MnException e) {
        LOG.warn("{} cannot be read, so those hooks are left: {}", file, e.toString());
      }
    }
    return records;
  }

  private List<Path> folders() {
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(each -> each.getFileName().toString().startsWith(PREFIX)).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw MnException.unavailable("hooks in " + root + " cannot be read", e);
    }
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private void orUnavailable(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw DiskFault.of("hooks cannot be written to the disk", e);
    }
  }
}
