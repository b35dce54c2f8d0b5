package io.mirrorneuron.bus;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.MnException;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses members of a request that are almost spelt like ones that mean something: a schedule that
 * is paused {@code untill} a time would be so for ever. What is like no other member is ignored, as
 * clients of the original send such members.
 */
public final class MisspeltMembers {
  private static final int LONGEST = 40;

  private MisspeltMembers() {}

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
