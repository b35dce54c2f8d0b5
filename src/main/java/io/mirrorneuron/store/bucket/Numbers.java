package io.mirrorneuron.store.bucket;

import java.nio.ByteBuffer;

/** Numbers that are not negative, in as few bytes as they need: seven bits each, lowest first. */
final class Numbers {
  /** How long one may be. */
  static final int MOST_BYTES = 5;

  private Numbers() {}

  static void put(ByteBuffer to, int number) {
    int left = number;
    while (left > 0x7f) {
      to.put((byte) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    to.put((byte) left);
  }

  static int take(ByteBuffer from) {
    int number = 0;
    for (int shift = 0; shift < 7 * MOST_BYTES; shift += 7) {
      byte next = from.get();
      number |= (next & 0x7f) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("a number has more than " + MOST_BYTES + " bytes");
  }
}
