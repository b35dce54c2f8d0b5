package io.mirrorneuron.bus;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.MnException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Refuses request members that are almost spelt like known ones: a schedule that is paused {@code
 * untill} a time would be paused for ever. Members unlike any known one are ignored, as clients of
 * the original server send such members.
 */
public final class MisspeltMembers {
  private static final int LONGEST = 40;

  private MisspeltMembers() {}

  /**
   * Refuses all other members, where one that is ignored does the opposite of what was meant.
   *
   * @param known names that mean something
   * @throws MnException INVALID with the first one
   */
  public static void refuseOthers(ApiCall call, Set<String> known) {
    refuse(call, known);
    call.members().stream()
        .filter(name -> !known.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw MnException.invalid(
                  "member %s of the request is not known; there are %s"
                      .formatted(
                          name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name,
                          String.join(", ", new TreeSet<>(known))));
            });
  }

  /**
   * @param known names that mean something
   * @throws MnException INVALID with the first one and what was probably meant
   */
  public static void refuse(ApiCall call, Set<String> known) {
    for (String name : call.members()) {
      Optional<String> near =
          known.contains(name) || name.length() > LONGEST
              ? Optional.empty()
              : NearestMatch.of(name, known);
      if (near.isPresent()) {
        throw MnException.invalid(
            "member %s of the request is not known; did you mean %s?".formatted(name, near.get()));
      }
    }
  }
}
