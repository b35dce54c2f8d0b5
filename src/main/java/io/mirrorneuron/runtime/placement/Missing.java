package io.mirrorneuron.runtime.placement;

import java.util.List;

/**
 * Something that a node will never have.
 *
 * @param members of the agent's node in a manifest, in all spellings, one of which asks for it
 * @param mentions a text that the right one has in it; empty when any has
 * @param words a phrase that follows "agent X asks for"
 * @param help what to do, for people
 */
public record Missing(List<String> members, String mentions, String words, String help) {
  public static final String LESS = "Run it where there is more, or ask for less in the manifest.";

  static Missing of(String words, String... members) {
    return new Missing(List.of(members), "", words, LESS);
  }

  Missing helping(String other) {
    return new Missing(members, mentions, words, other);
  }
}
