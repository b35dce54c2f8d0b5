package io.mirrorneuron.run.folder;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What files were made with a moment ago that nobody has written to since, as far as is known: it
 * need not be read again. For one thread.
 */
final class FreshFiles {
  private static final int MOST_BYTES = 1 << 20;

  private final boolean areAll;
  private final Set<String> names = new HashSet<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private int bytes;

  /**
   * @param areAll whether the folder is new and nobody else knows it: there is nothing else in it
   */
  FreshFiles(boolean areAll) {
    this.areAll = areAll;
  }

  /** Whether it is known that nothing has the name, without a look at the disk. */
  boolean lack(String name) {
    return areAll && !names.contains(name);
  }

  /** Null when it is to be read. */
  byte[] of(String name) {
    return contents.get(name);
  }

  void add(String name, byte[] content) {
    forget(name);
    names.add(name);
    if (bytes + content.length <= MOST_BYTES) {
      contents.put(name, content);
      bytes += content.length;
    }
  }

  void forget(String name) {
    byte[] known = contents.remove(name);
    bytes -= known == null ? 0 : known.length;
  }
}
