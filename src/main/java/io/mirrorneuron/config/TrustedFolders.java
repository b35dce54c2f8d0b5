package io.mirrorneuron.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether programs run that a bundle brings before anybody has decided to run it: commands of its
 * rules, and its hooks. Both must be so: the operator allows them, and the bundle lies in a folder
 * that the operator trusts.
 *
 * @param commands whether there are any
 * @param folders besides those of the catalog
 * @param catalog where the blueprints of this server lie
 */
public record TrustedFolders(Commands commands, List<Path> folders, List<Path> catalog) {
  public static final String COMMANDS = "validation.commands";
  public static final String FOLDERS = "validation.trusted_folders";

  public static final TrustedFolders NONE = new TrustedFolders(Commands.OFF, List.of(), List.of());

  private static final String ALLOW =
      "The operator allows them with validation.commands: trusted"
          + " (MN_VALIDATION_COMMANDS=trusted), for bundles of the catalog and of"
          + " validation.trusted_folders (MN_VALIDATION_TRUSTED_FOLDERS).";

  private static final String TRUST =
      "Launch it from the catalog, or by its path on the server (mn blueprint run --server-path PATH;"
          + " over HTTP {\"source\": \"path\", \"path\": PATH}) from a folder below one of"
          + " validation.trusted_folders (MN_VALIDATION_TRUSTED_FOLDERS), to which the operator can"
          + " add it.";

  public enum Commands {
    OFF,
    TRUSTED
  }

  public TrustedFolders {
    folders = List.copyOf(folders);
    catalog = List.copyOf(catalog);
  }

  /**
   * Why they do not run.
   *
   * @param why a sentence without an end
   * @param help what can be done about it
   */
  public record Refusal(String why, String help) {}

  /**
   * Why programs of a bundle do not run; empty when they do. No link is followed: who follows them
   * does so once, before, as what is judged must be what is read.
   *
   * @param bundle the folder from which this process read its manifest, absolute and without links;
   *     null when it was sent
   */
  public Optional<Refusal> refusal(Path bundle) {
    if (commands == Commands.OFF) {
      return Optional.of(
          new Refusal("programs of bundles are not run before a job on this server", ALLOW));
    }
    if (bundle == null) {
      return Optional.of(
          new Refusal(
              "programs of a bundle that was sent or uploaded are never run before a job", TRUST));
    }
    boolean isTrusted =
        Stream.concat(folders.stream(), catalog.stream())
            .flatMap(folder -> real(folder).stream())
            .anyMatch(bundle::startsWith);
    return isTrusted
        ? Optional.empty()
        : Optional.of(new Refusal("the bundle lies in no folder that the operator trusts", TRUST));
  }

  /** Without links; empty when there is no such folder. */
  public static Optional<Path> real(Path folder) {
    try {
      Path real = folder.toRealPath();
      return Files.isDirectory(real) ? Optional.of(real) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
