package io.mirrorneuron.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Reads what programs of steps are kept from. */
final class ConfinementReader {
  private static final String SHARED_STORAGE = "shared_storage_root";
  private static final String SHARED = "executor.shared_folders";
  private static final String ALLOWED = "executor.allowed_bundles";

  private final Settings settings;
  private final ConfigReader paths;
  private final Path file;

  /**
   * @param file that was named on the command line, or null
   */
  ConfinementReader(Settings settings, ConfigReader paths, Path file) {
    this.settings = settings;
    this.paths = paths;
    boolean named = file != null && !Files.isDirectory(file); // a folder is refused elsewhere
    this.file = named ? file.toAbsolutePath().normalize() : null;
  }

  Confinement read() {
    List<Path> own =
        Stream.of(
                paths.home(),
                paths.path("runs_root"),
                outsideOfHome(paths.path(SHARED_STORAGE)),
                paths.path("logs_root"),
                paths.path("blueprint.python_envs_dir"),
                paths.optionalPath("grpc.auth_token_file"),
                paths.optionalPath("grpc.admin_token_file"),
                paths.optionalPath("auth.jwt.key_file"),
                paths.optionalPath(ModelSettings.KEY_FILE),
                file)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    Set<String> allowed = new HashSet<>(settings.list(ALLOWED));
    settings.requireText(
        ALLOWED,
        allowed.stream().allMatch(each -> each.matches("[0-9a-f]{64}")),
        "a list of fingerprints of bundles: 64 digits from 0 to 9 and a to f each");
    Path submissions = paths.path(SHARED_STORAGE).resolve("submissions");
    return new Confinement(
        settings.choice("executor.confine", Confinement.Mode.class),
        own,
        paths.paths("executor.hidden_folders"),
        shared(own, submissions),
        submissions,
        allowed);
  }

  /** Null when it lies in the home, which is this server's with all that is in it. */
  private Path outsideOfHome(Path folder) {
    return folder.startsWith(paths.home()) ? null : folder;
  }

  /** Those of the setting, and those that runs offer files of. */
  private List<Path> shared(List<Path> own, Path submissions) {
    List<Path> shared = new ArrayList<>(paths.paths(SHARED));
    settings.requireText(
        SHARED,
        shared.stream().allMatch(each -> isApart(each, own) && isApart(each, temporary())),
        "a list of folders that neither hold nor lie in a folder or file of this server's own"
            + " (home, runs_root, shared_storage_root, logs_root, temp_dir, blueprint.python_envs_dir, files with tokens)");
    paths.paths("outputs.roots").stream()
        .filter(each -> own.stream().noneMatch(mine -> mine.startsWith(each)))
        .filter(each -> !submissions.startsWith(each)) // these are not everybody's
        .forEach(shared::add);
    return shared;
  }

  private List<Path> temporary() {
    Path folder = paths.optionalPath("temp_dir");
    return folder == null ? List.of() : List.of(folder);
  }

  private static boolean isApart(Path folder, List<Path> own) {
    return own.stream().noneMatch(each -> each.startsWith(folder) || folder.startsWith(each));
  }
}
