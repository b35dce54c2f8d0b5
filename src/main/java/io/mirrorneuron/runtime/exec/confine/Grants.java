package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.runtime.port.FolderDemands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What operators let programs of some bundles reach.
 *
 * @param allowed fingerprints of the bundles
 * @param own real paths of what is never given
 */
record Grants(Set<String> allowed, List<Path> own) {
  Grants(Set<String> allowed, Collection<Path> own) {
    this(allowed, own.stream().map(SystemRules::real).toList());
  }

  /**
   * Why the demands are refused, for people: the cause and the way out in the first line, the rest
   * in a second; empty when they are not.
   */
  Optional<String> refusal(FolderDemands demands) {
    if (demands.isEmpty()) {
      return Optional.empty();
    }
    return Stream.concat(demands.read().stream(), demands.write().stream())
        .flatMap(path -> refusal(path).stream())
        .findFirst()
        .or(() -> notAllowed(demands));
  }

  /**
   * Whether a rule for this would open this server's own folders and files as a whole: a rule of
   * the kernel gives all that lies below, and none takes it away again.
   *
   * @param real where the rule is for; it gives nothing where that is a link
   */
  boolean opensOwn(Path real) {
    for (Path mine : own) {
      if (mine.startsWith(real)) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> notAllowed(FolderDemands demands) {
    return allowed.contains(demands.fingerprint())
        ? Optional.empty()
        : Optional.of(
            ("confinement not allowed: add %s to executor.allowed_bundles\n"
                    + "The bundle asks for more than programs may reach here (read %s, write %s)."
                    + " Its fingerprint allows it, in executor.allowed_bundles or"
                    + " MN_EXECUTOR_ALLOWED_BUNDLES, once the server was started again.")
                .formatted(demands.fingerprint(), demands.read(), demands.write()));
  }

  private Optional<String> refusal(String text) {
    Path path = Path.of(text);
    if (!Files.exists(path)) {
      return Optional.of(
          ("confinement asks for what is not on this machine: %s\n"
                  + "Make it before the job is submitted, or take it out of the manifest.")
              .formatted(text));
    }
    Path real = SystemRules.real(path);
    return own.stream().anyMatch(mine -> mine.startsWith(real) || real.startsWith(mine))
        ? Optional.of(
            ("confinement asks for what programs never reach here: %s\n"
                    + "It is, holds or lies in a folder or file of this server's own; take it out"
                    + " of the manifest.")
                .formatted(text))
        : Optional.empty();
  }
}
