package io.mirrorneuron.runtime.exec.confine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A guess: the kernel tells the program that something was refused, and does not tell the server.
 */
final class RefusalHint {
  /** Ends the first line of an error, so it is short. */
  static final String CAUSE = "; perhaps confined, see confinement in the manifest";

  /** The end of an output is enough: that is where a program says why it gave up. */
  private static final int LOOKED_AT = 16 * 1024;

  private static final Pattern REFUSAL =
      Pattern.compile(
          "permission denied|operation not permitted|invalid cross-device link|permissionerror|accessdenied"
              + "|\\beacces\\b|\\beperm\\b",
          Pattern.CASE_INSENSITIVE);

  private RefusalHint() {}

  static boolean isPlausible(String output) {
    return REFUSAL.matcher(output.substring(Math.max(0, output.length() - LOOKED_AT))).find();
  }

  /** The error with the guess in its first line, and in another what programs may write to here. */
  static String added(String error, SystemRules system) {
    List<String> folders =
        new ArrayList<>(List.of("their workspace, TMPDIR, their run's and submission's folder"));
    List<Path> closed = system.closedTemporary();
    SystemRules.TEMPORARY.stream()
        .filter(one -> !closed.contains(one))
        .map(Path::toString)
        .forEach(folders::add);
    system.shared().stream().map(Path::toString).forEach(folders::add);
    String more = error.indexOf('\n') < 0 ? "" : error.substring(error.indexOf('\n'));
    return "%s%s%s\nOn this server programs write to %s only%s, and do not read what is hidden. More is asked for by confinement in the manifest; see docs/security.md."
        .formatted(
            error.substring(0, error.length() - more.length()),
            CAUSE,
            more,
            String.join(", ", folders),
            closed.isEmpty()
                ? ""
                : closed.stream()
                    .map(Path::toString)
                    .collect(
                        Collectors.joining(
                            " and ", " (not to ", ", where folders of the server are)")));
  }
}
