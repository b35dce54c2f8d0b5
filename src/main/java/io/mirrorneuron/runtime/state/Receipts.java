package io.mirrorneuron.runtime.state;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Accepted messages from outside, so that a repeated message is handled once. Remembers the last
 * ones; each costs one stored field.
 */
public final class Receipts {
  static final String FIELD = "x:";
  private static final int REMEMBERED = 1000;

  private final Map<String, String> digests = new LinkedHashMap<>();
  private final Map<String, String> added = new HashMap<>();
  private long next;

  /** The digest of the earlier message with the id, or null. */
  public String digest(String messageId) {
    return digests.get(messageId);
  }

  public void add(String messageId, String digest) {
    added.put(FIELD + next % REMEMBERED, next + " " + digest + " " + messageId);
    put(messageId, digest);
    next++;
  }

  private void put(String messageId, String digest) {
    digests.put(messageId, digest);
    if (digests.size() > REMEMBERED) {
      digests.remove(digests.keySet().iterator().next());
    }
  }

  boolean isChanged() {
    return !added.isEmpty();
  }

  /** The fields to write since the last call. */
  Map<String, String> takeAdded() {
    Map<String, String> fields = Map.copyOf(added);
    added.clear();
    return fields;
  }

  void read(Map<String, String> fields) {
    fields.entrySet().stream()
        .filter(field -> field.getKey().startsWith(FIELD))
        .map(field -> field.getValue().split(" ", 3))
        .sorted((a, b) -> Long.compare(Long.parseLong(a[0]), Long.parseLong(b[0])))
        .forEach(
            receipt -> {
              put(receipt[2], receipt[1]);
              next = Long.parseLong(receipt[0]) + 1;
            });
  }
}
