package io.mirrorneuron.run.folder;

import java.util.HashMap;
import java.util.Map;

/**
 * What files were made with a moment ago that nobody has written to since, as far as is known: it
 * need not be read again. For one thread.
 */
final class FreshFiles {
  private static final int MOST_BYTES = 1 << 20;

  private final Map<String, byte[]> contents = new HashMap<>();
  private int bytes;

  /** Null when it is to be read. */
  byte[] of(String name) {
    return contents.get(name);
  }

  void add(String name, byte[] content) {
    forget(name);
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
