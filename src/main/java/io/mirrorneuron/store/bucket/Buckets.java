package io.mirrorneuron.store.bucket;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The buckets of a Redis Cluster. Their number and tags are part of every key and never change.
 * Slots of buckets lie at equal distances, so masters with equally many slots have equally many
 * buckets.
 */
public final class Buckets {
  public static final int COUNT = 64;

  public static final int SLOTS = 16_384;

  private static final int POLYNOMIAL = 0x1021;
  private static final List<String> TAGS =
      IntStream.range(0, COUNT).mapToObj(Buckets::find).toList();

  private Buckets() {}

  /** The bucket of a name, for a job its id. */
  public static int of(String name) {
    return slot(name) % COUNT;
  }

  /** The tag in braces of the bucket's keys. */
  public static String tag(int bucket) {
    return TAGS.get(bucket);
  }

  /** The first candidate tag whose slot lies in the bucket's share of all slots. */
  private static String find(int bucket) {
    return Stream.iterate(0, number -> number + 1)
        .map(number -> "b" + bucket + "." + number)
        .filter(tag -> slot(tag) / (SLOTS / COUNT) == bucket)
        .findFirst()
        .orElseThrow();
  }

  /** The slot of a key without braces: its CRC-16 (XMODEM), as in Redis Cluster. */
  public static int slot(String text) {
    int crc = 0;
    for (byte next : text.getBytes(StandardCharsets.UTF_8)) {
      crc ^= (next & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
    }
    return (crc & 0xffff) % SLOTS;
  }

  /** The slot of a key, which may have a tag in braces. */
  public static int slotOfKey(String key) {
    int from = key.indexOf('{');
    int to = key.indexOf('}', from + 1);
    return slot(from >= 0 && to > from + 1 ? key.substring(from + 1, to) : key);
  }
}
