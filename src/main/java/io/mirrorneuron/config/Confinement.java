package io.mirrorneuron.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What programs of steps are kept from.
 *
 * @param own folders and files of this server, out of reach of programs save for their own parts
 * @param hidden what else is out of reach
 * @param shared folders that all programs may write to
 * @param submissions where each submission has a folder that its programs may write to
 * @param allowedBundles fingerprints of bundles that get what they ask for beyond that
 */
public record Confinement(
    Mode mode,
    List<Path> own,
    List<Path> hidden,
    List<Path> shared,
    Path submissions,
    Set<String> allowedBundles) {

  public enum Mode {
    /** Where the kernel does it. */
    AUTO,
    OFF,
    /** Or nothing runs. */
    REQUIRED;

    /** As it is written in settings and answers. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What terminals and programs share: the folder of submissions lies in it. */
  public Path sharedStorage() {
    return submissions.getParent();
  }

  public Confinement {
    own = List.copyOf(own);
    hidden = List.copyOf(hidden);
    shared = List.copyOf(shared);
    allowedBundles = Set.copyOf(allowedBundles);
  }
}
