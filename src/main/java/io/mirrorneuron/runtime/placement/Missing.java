package io.mirrorneuron.runtime.placement;

import java.util.List;

/**
 * Something that a node will never have.
 *
 * @param members of the agent's node in a manifest, in all spellings, one of which asks for it
 * @param mentions a text that the right one has in it; empty when any has
 * @param words a phrase that follows "agent X asks for"
 */
public record Missing(List<String> members, String mentions, String words) {
  static Missing of(String words, String... members) {
    return new Missing(List.of(members), "", words);
  }
}
