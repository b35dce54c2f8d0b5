package io.mirrorneuron.launch;

import io.mirrorneuron.blueprint.bundle.BundleOrigin;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.config.TrustedFolders;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Below which folders of this machine bundles lie that may be launched by their path.
 *
 * @param roots null for any folder
 */
public record PathRoots(List<Path> roots) {
  private static final Path BACK = Path.of("..");

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
   * Refuses a folder that lies elsewhere, with all links followed; whether it is there is told only
   * of what would lie below one of the roots.
   *
   * @return where it lies, without links: what was judged, and so what is to be read
   * @throws MnException FORBIDDEN {@code path_not_allowed}; MALFORMED for a folder that is allowed
   *     and not there
   */
  Path require(Path folder) {
    Optional<Path> real = TrustedFolders.real(folder);
    if (roots == null) {
      return real.orElse(folder);
    }
    List<Path> allowed =
        roots.stream().flatMap(root -> TrustedFolders.real(root).stream()).toList();
    if (allowed.stream().anyMatch(real.orElseGet(() -> wouldLie(folder))::startsWith)) {
      return real.orElseThrow(
          () -> BundleOrigin.PATH.refusal("blueprint path is not a directory", null));
    }
    throw new MnException(
        ErrorCode.FORBIDDEN,
        "path_not_allowed",
        "this server launches by path only what lies below %s (MN_BLUEPRINT_PATH_ROOTS) or validation.trusted_folders, and in its catalog"
            .formatted(LaunchSettings.PATH_ROOTS));
  }

  /**
   * Where something lies, or would lie if its name were taken; the root of all folders when that
   * cannot be said.
   */
  private static Path wouldLie(Path place) {
    Path there = place;
    while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    int known = there.getNameCount();
    try {
      Path real = there.toRealPath();
      if (known == place.getNameCount()) {
        return real;
      }
      Path missing = place.subpath(known, place.getNameCount());
      boolean leadsBack = StreamSupport.stream(missing.spliterator(), false).anyMatch(BACK::equals);
      return leadsBack ? place.getRoot() : real.resolve(missing);
    } catch (IOException e) { // a link that leads nowhere, or a folder that may not be read
      return place.getRoot();
    }
  }
}
