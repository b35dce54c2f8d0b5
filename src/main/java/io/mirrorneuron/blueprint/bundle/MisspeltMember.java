package io.mirrorneuron.blueprint.bundle;

import io.mirrorneuron.config.NearestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A member of what a launch lays over a configuration that the bundle does not have, beside one
 * with almost this name. It counts all the same, as programs may know it.
 *
 * @param path names of members, one in the other
 * @param meant the path of the other
 */
public record MisspeltMember(List<String> path, List<String> meant) {
  /** Shorter names resemble too many others. */
  private static final int SHORTEST = 5;

  /** Longer names are no typing errors, and comparing them takes time. */
  private static final int LONGEST = 64;

  private static final int TYPOS = 2;
  private static final int MOST = 20;
  private static final String INPUTS = "inputs"; // their names are checked

  public MisspeltMember {
    path = List.copyOf(path);
    meant = List.copyOf(meant);
  }

  /** Some of all that there are. */
  static List<MisspeltMember> in(BlueprintBundle bundle, BundleConfig config) {
    Map<String, Object> own = config.files();
    for (AskedField field : ReviewFields.of(bundle, config)) {
      own = BundleConfig.merge(field.path().with(null), own);
    }
    List<MisspeltMember> found = new ArrayList<>();
    look(config.request(), own, List.of(), found);
    return found.stream().limit(MOST).toList();
  }

  private static void look(
      Map<String, Object> asked,
      Map<String, Object> own,
      List<String> at,
      List<MisspeltMember> found) {
    Set<String> others =
        own.keySet().stream()
            .filter(name -> isComparable(name) && !asked.containsKey(name))
            .collect(Collectors.toSet());
    asked.forEach(
        (name, value) -> {
          List<String> path = below(at, name);
          if (own.containsKey(name)) {
            look(DottedPath.object(value), DottedPath.object(own.get(name)), path, found);
          } else if (!path.equals(List.of(INPUTS))) {
            near(name, others)
                .ifPresent(near -> found.add(new MisspeltMember(path, below(at, near))));
          }
        });
  }

  private static List<String> below(List<String> path, String name) {
    return Stream.concat(path.stream(), Stream.of(name)).toList();
  }

  /** Names with other numbers are others of the same kind. */
  private static Optional<String> near(String name, Set<String> others) {
    return isComparable(name)
        ? NearestMatch.within(TYPOS, name, others)
            .filter(near -> !withoutDigits(near).equals(withoutDigits(name)))
        : Optional.empty();
  }

  private static String withoutDigits(String name) {
    return name.replaceAll("\\d", "");
  }

  private static boolean isComparable(String name) {
    return name.length() >= SHORTEST && name.length() <= LONGEST;
  }
}
