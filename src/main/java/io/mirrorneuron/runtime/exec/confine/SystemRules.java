package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.exec.spawn.AccessRules;
import io.mirrorneuron.runtime.exec.spawn.FolderAccess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Access rules of all programs: everything except hidden paths may be read, and a few folders may
 * be written. The kernel only has rules that allow a path with everything below it. So for a folder
 * that contains a hidden path, each other entry gets a rule, and the folder itself can be entered
 * but not listed. Thread-safe.
 */
final class SystemRules {
  /** Folders that all programs may write to; shared by all accounts. */
  static final List<Path> TEMPORARY = List.of(Path.of("/tmp"), Path.of("/var/tmp"));

  /** Limit of cached real paths; a few folders contain everything that programs use. */
  private static final int FOLDERS = 1000;

  private final List<Path> hidden;
  private final List<Path> shared;
  private final boolean isReadOnly;
  private volatile Snapshot snapshot =
      new Snapshot(
          Map.of(),
          AccessRules.kept(Map.of()),
          Map.of(Path.of("/"), FileTime.fromMillis(-1)),
          new ConcurrentHashMap<>());

  /**
   * @param folders that were listed, with their modification times
   * @param real cached real paths; a rule for a path that has moved since grants nothing
   */
  private record Snapshot(
      Map<Path, FolderAccess> access,
      AccessRules rules,
      Map<Path, FileTime> folders,
      Map<Path, Path> real) {
    boolean isCurrent() {
      return folders.entrySet().stream()
          .allMatch(folder -> changed(folder.getKey()).equals(folder.getValue()));
    }
  }

  /**
   * @param hidden files and folders; they need not exist yet
   * @param shared folders that all programs may write to
   */
  SystemRules(Collection<Path> hidden, Collection<Path> shared) {
    this(hidden, shared, false);
  }

  /** The same rules with read access in place of write access. */
  SystemRules readOnly() {
    return new SystemRules(hidden, shared, true);
  }

  private SystemRules(Collection<Path> hidden, Collection<Path> shared, boolean isReadOnly) {
    this.isReadOnly = isReadOnly;
    var out = new ArrayList<Path>(List.of(Devices.FOLDER));
    hidden.forEach(path -> out.add(real(path)));
    TEMPORARY.stream().filter(folder -> holdsAny(folder, out)).toList().forEach(out::add);
    this.hidden = List.copyOf(out);
    this.shared = shared.stream().map(SystemRules::real).toList();
  }

  /** Temporary folders that are closed to programs, as they contain hidden paths. */
  List<Path> closedTemporary() {
    return TEMPORARY.stream().filter(hidden::contains).toList();
  }

  /** Further folders that programs may write to. */
  List<Path> shared() {
    return shared;
  }

  /** The rules for the present state of the disk. */
  AccessRules current() {
    return seen().rules();
  }

  private Snapshot seen() {
    Snapshot known = snapshot;
    if (!known.isCurrent()) {
      known = look();
      snapshot = known;
    }
    return known;
  }

  /** Whether all programs may read the path and everything below it, or also change it. */
  boolean reaches(Path path, boolean writes) {
    Map<Path, FolderAccess> access = seen().access();
    Path real = real(path);
    for (Path folder = real; folder != null; folder = folder.getParent()) {
      FolderAccess given = access.get(folder);
      if (given != null && given.includes(writes ? FolderAccess.WRITE : FolderAccess.READ)) {
        return true;
      }
    }
    return false;
  }

  /** Follows links in the parent folders, but not a link that the path itself names. */
  Path inRealFolder(Path given) {
    Path path = given.toAbsolutePath().normalize();
    Path name = path.getFileName();
    if (name == null) {
      return path;
    }
    Map<Path, Path> known = snapshot.real();
    Path parent = known.get(path.getParent());
    if (parent == null) {
      parent = real(path.getParent());
      if (known.size() < FOLDERS && Files.isDirectory(parent)) {
        known.put(path.getParent(), parent);
      }
    }
    return parent.resolve(name);
  }

  private Snapshot look() {
    var access = new LinkedHashMap<Path, FolderAccess>();
    var folders = new HashMap<Path, FileTime>();
    read(Path.of("/"), access, folders);
    folders.put(Devices.FOLDER, changed(Devices.FOLDER));
    Devices.give(access);
    TEMPORARY.stream()
        .filter(folder -> !hidden.contains(folder))
        .forEach(folder -> access.put(folder, FolderAccess.WRITE));
    for (Path folder : shared) {
      access.put(folder, FolderAccess.WRITE);
      folders.put(folder, changed(folder)); // it may be created later
    }
    if (isReadOnly) {
      access.replaceAll((_, each) -> each == FolderAccess.WRITE ? FolderAccess.READ : each);
    }
    return new Snapshot(
        Map.copyOf(access), AccessRules.kept(access), folders, new ConcurrentHashMap<>());
  }

  private void read(Path path, Map<Path, FolderAccess> access, Map<Path, FileTime> folders) {
    if (hidden.contains(path)) {
      return;
    }
    if (!holdsAny(path, hidden)) {
      access.put(path, FolderAccess.READ);
      return;
    }
    folders.put(path, changed(path));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        if (!Files.isSymbolicLink(entry)) { // the target of a link has a rule of its own
          read(entry, access, folders);
        }
      }
    } catch (IOException e) {
      // Not readable for the account, and so not for its programs.
    }
  }

  private static boolean holdsAny(Path folder, Collection<Path> paths) {
    return paths.stream().anyMatch(path -> path.startsWith(folder));
  }

  /** Resolves links in the existing part of the path. */
  static Path real(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    for (Path there = absolute; there != null; there = there.getParent()) {
      try {
        return there.toRealPath().resolve(there.relativize(absolute)).normalize();
      } catch (IOException e) {
        // Absent or not accessible: try its parent.
      }
    }
    return absolute;
  }

  private static FileTime changed(Path folder) {
    try {
      return Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
