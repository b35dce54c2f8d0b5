package io.mirrorneuron.store.bundle;

import java.util.List;
import java.util.Map;

/**
 * Differences of two bundles as sorted paths.
 *
 * @param changed in both, with another content or mode
 */
public record FileDifferences(List<String> added, List<String> removed, List<String> changed) {
  /**
   * @param before digests by path
   * @param after digests by path
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
