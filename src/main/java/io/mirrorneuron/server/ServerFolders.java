package io.mirrorneuron.server;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigLoader;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.OutOfRoom;
import io.mirrorneuron.storage.ScatteredFolders;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The folders that a server writes to. Folders that it creates, and its own folders in the home,
 * are closed to other users. An existing folder outside the home that a setting names keeps its
 * permissions, except the shared storage. Files directly in the home are private, too; a program
 * can open them to other users, as its account owns them.
 */
public final class ServerFolders {
  private static final Logger log = LoggerFactory.getLogger(ServerFolders.class);

  /** Folder for unpacked libraries: in the temporary folder programs could change them. */
  private static final String LIBRARIES = "libraries";

  /** Default of the shared storage of programs and terminals. */
  private static final String SHARED = "shared";

  private static final String NETTY = "io.netty.native.workdir";

  /**
   * Folders of the home that various parts write to; created here first, with closed permissions.
   */
  private static final List<String> OURS =
      List.of("uploads", "uploads/bundles", "bundles", "exports", "launches", "redis", LIBRARIES);

  private final Config config;

  private ServerFolders(Config config) {
    this.config = config;
  }

  /**
   * Prepares the folders that every server has.
   *
   * @throws MnException UNAVAILABLE with one sentence that names the setting
   */
  public static void prepare(Config config) {
    ServerFolders folders = new ServerFolders(config);
    folders.usable("home", config.home());
    ScatteredFolders.in(config.home());
    folders.usable("logs_root", config.log().folder());
  }

  /** Prepares the folders of a full server, too. */
  public static void prepareAll(Config config, boolean hasRuntime) {
    prepare(config);
    ServerFolders folders = new ServerFolders(config);
    folders.usable("runs_root", config.executors().runsRoot());
    ScatteredFolders.in(config.executors().runsRoot());
    OURS.forEach(name -> folders.usable("home", config.home().resolve(name)));
    keepLibrariesIn(libraries(config));
    folders.closeFiles();
    if (hasRuntime) {
      folders.usable("temp_dir", config.executors().tempDir());
      folders.closeShared(config.executors().confinement().sharedStorage());
      Path environments = config.executors().python().environments();
      if (Files.exists(environments)) { // is made when a step first needs one
        folders.usable("blueprint.python_envs_dir", environments);
      }
    }
  }

  private static void keepLibrariesIn(Path folder) {
    try (OpenFolder all = OpenFolder.at(folder.getParent().toRealPath())) {
      for (String process : all.names()) {
        if (!isAlive(process)) {
          all.deleteTree(process); // left by a server that was killed
        }
      }
      make(folder);
    } catch (IOException e) {
      log.warn("{} cannot be made anew: {}", folder, e.toString());
    }
    if (System.getProperty(NETTY) == null) {
      System.setProperty(NETTY, folder.toString());
    }
  }

  /** Whether another process has this number. */
  private static boolean isAlive(String number) {
    long self = ProcessHandle.current().pid();
    return number.matches("[0-9]{1,18}")
        && Long.parseLong(number) != self
        && ProcessHandle.of(Long.parseLong(number)).isPresent();
  }

  /** Folder of this process for unpacked libraries. */
  public static Path libraries(Config config) {
    return config.home().resolve(LIBRARIES).resolve(Long.toString(ProcessHandle.current().pid()));
  }

  /** Creates a folder and its parents if absent, closed to other users. */
  public static void make(Path folder) throws IOException {
    Files.createDirectories(folder, OwnerOnly.NEW);
  }

  /** The failure of a start whose data directory cannot be read or written. */
  static MnException unusableHome(Path home, IOException failure) {
    return MnException.unavailable(
        "home %s cannot be used: %s, or name another home (--home, MN_HOME)"
            .formatted(home, OutOfRoom.reason(failure)),
        failure);
  }

  private void usable(String setting, Path folder) {
    try {
      make(folder);
      if (!Files.isWritable(folder) || !Files.isExecutable(folder)) {
        Files.delete(Files.createTempFile(folder, ".probe", "")); // says why not
      }
      if (isOurs(folder)) {
        OwnerOnly.close(folder, Level.INFO);
      }
    } catch (IOException e) {
      throw MnException.unavailable(
          "%s %s cannot be used: %s; name another folder (%s)"
              .formatted(setting, folder, reason(e), ConfigLoader.variable(setting)),
          e);
    }
  }

  /**
   * Closes the shared storage to other users, wherever it is; its content keeps its permissions.
   */
  private void closeShared(Path root) {
    usable("shared_storage_root", root);
    List<Path> places = Stream.of(root, config.home().resolve(SHARED)).distinct().toList();
    for (Path shared : places.stream().filter(Files::isDirectory).toList()) {
      try {
        if (isOurs(shared) || hasOnlySubmissions(shared)) {
          OwnerOnly.close(shared, Level.INFO);
        } else if (OwnerOnly.isOpen(shared)) {
          log.warn(
              "{} is open to other users; it has more than submissions in it and stays so: name a"
                  + " folder of its own (shared_storage_root)",
              shared);
        }
      } catch (IOException e) {
        log.warn("{} cannot be closed to other users: {}", shared, e.toString());
      }
    }
  }

  /** The setting may name a folder with other uses, such as that of temporary files. */
  private static boolean hasOnlySubmissions(Path shared) throws IOException {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(shared)) {
      for (Path each : inside) {
        if (!each.getFileName().toString().equals("submissions")) {
          return false;
        }
      }
      return true;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private boolean isOurs(Path folder) {
    return folder.startsWith(config.home());
  }

  private void closeFiles() {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            config.home(), each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))) {
      for (Path file : files) {
        OwnerOnly.close(file, Level.WARN); // it was closed once
      }
    } catch (IOException | DirectoryIteratorException e) {
      log.warn("the files of home {} cannot be closed to other users: {}", config.home(), e + "");
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case FileAlreadyExistsException there -> "it is not a folder";
      case AccessDeniedException denied -> "this user may not write there";
      case FileSystemException failure when failure.getReason() != null ->
          failure.getReason().toLowerCase(Locale.ROOT);
      default -> "no folder can be made there";
    };
  }

  /** Keeps other users of the machine out of files and folders. */
  private static final class OwnerOnly {
    private static final Logger log = LoggerFactory.getLogger(OwnerOnly.class);

    private static final Set<PosixFilePermission> OWNER =
        PosixFilePermissions.fromString("rwx------");

    /** Permissions of new private folders. */
    static final FileAttribute<Set<PosixFilePermission>> NEW =
        PosixFilePermissions.asFileAttribute(OWNER);

    private OwnerOnly() {}

    /** Whether other users have any permission; false on file systems without permissions. */
    static boolean isOpen(Path place) throws IOException {
      try {
        return !OWNER.containsAll(Files.getPosixFilePermissions(place));
      } catch (UnsupportedOperationException e) {
        return false;
      }
    }

    /**
     * Closes it to other users; logs if it was open.
     *
     * @param reported level of the log line
     */
    static void close(Path place, Level reported) throws IOException {
      if (!isOpen(place)) {
        return;
      }
      Set<PosixFilePermission> before = Files.getPosixFilePermissions(place);
      Set<PosixFilePermission> closed = EnumSet.copyOf(OWNER);
      if (!Files.isDirectory(place)) {
        closed.retainAll(before);
      }
      try {
        Files.setPosixFilePermissions(place, closed);
        log.atLevel(reported)
            .log(
                "{} was open to other users ({}); it is closed to them now",
                place,
                PosixFilePermissions.toString(before));
      } catch (FileSystemException e) {
        log.warn("{} is open to other users and cannot be closed: {}", place, e.getReason());
      }
    }
  }
}
