package io.mirrorneuron.launch;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.config.validation.TrustedFolders;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Below which folders of this machine bundles lie that may be launched by their path.
 *
 * @param roots null for any folder
 */
public record PathRoots(List<Path> roots) {
  /** Any folder. */
  public static final PathRoots ANY = new PathRoots(null);

  /**
   * As the settings say. Where they name no folders, whoever may launch is trusted with all that
   * the server reads, unless callers have roles: an operator by role is not the one who keeps the
   * machine.
   */
  public static PathRoots of(Config config) {
    List<Path> named = config.blueprints().launches().pathRoots();
    if (named.isEmpty() && !config.jwt().isOn()) {
      return ANY;
    }
    TrustedFolders trusted = config.manifests().trusted();
    List<Path> roots = new ArrayList<>(named);
    roots.addAll(trusted.folders());
    roots.addAll(trusted.catalog());
    return new PathRoots(List.copyOf(roots));
  }

  /**
   * Refuses a folder that lies elsewhere, with all links followed; whether it is there is not told.
   *
   * @return where it lies, without links: what was judged, and so what is to be read
   * @throws MnException FORBIDDEN {@code path_not_allowed}
   */
  Path require(Path folder) {
    Optional<Path> real = TrustedFolders.real(folder);
    if (roots == null) {
      return real.orElse(folder);
    }
    boolean isBelow =
        real.isPresent()
            && roots.stream()
                .flatMap(root -> TrustedFolders.real(root).stream())
                .anyMatch(root -> real.get().startsWith(root));
    if (!isBelow) {
      throw new MnException(
          ErrorCode.FORBIDDEN,
          "path_not_allowed",
          "this server launches by path only what lies below %s (MN_BLUEPRINT_PATH_ROOTS) or validation.trusted_folders, and in its catalog"
              .formatted(LaunchSettings.PATH_ROOTS));
    }
    return real.get();
  }
}
