package io.mirrorneuron.bus;

import io.mirrorneuron.config.NearestMatch;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Warns of request members that have no meaning. Clients of the original server may send them, so
 * they are no error.
 */
public final class IgnoredMembers {
  /** A request may have thousands of members; nobody reads more than these. */
  private static final int MOST = 20;

  /** Of a name, at most so much is repeated. */
  private static final int LONGEST = 40;

  private IgnoredMembers() {}

  /**
   * A sentence for each member that is none of the known ones.
   *
   * @param names of its members
   * @param known names that mean something
   */
  public static List<String> of(Stream<String> names, Set<String> known) {
    return names
        .filter(name -> !known.contains(name))
        .limit(MOST)
        .map(
            name ->
                "member %s of the request is ignored".formatted(shown(name)) + hint(name, known))
        .toList();
  }

  private static String shown(String name) {
    return name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
  }

  private static String hint(String name, Set<String> known) {
    return name.length() > LONGEST
        ? ""
        : NearestMatch.of(name, known).map(near -> "; did you mean " + near + "?").orElse("");
  }
}
