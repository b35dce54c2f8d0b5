package io.mirrorneuron.store.bundle;

import java.util.List;
import java.util.Map;

/**
 * In which files two bundles differ, by their paths in order.
 *
 * @param changed those that both have, with another content or another mode
 */
public record FileDifferences(List<String> added, List<String> removed, List<String> changed) {
  /**
   * @param before by path what is different for different files
   * @param after the same
   */
  static FileDifferences of(Map<String, String> before, Map<String, String> after) {
    return new FileDifferences(
        after.keySet().stream().filter(path -> !before.containsKey(path)).sorted().toList(),
        before.keySet().stream().filter(path -> !after.containsKey(path)).sorted().toList(),
        before.keySet().stream()
            .filter(path -> after.containsKey(path) && !after.get(path).equals(before.get(path)))
            .sorted()
            .toList());
  }
}
