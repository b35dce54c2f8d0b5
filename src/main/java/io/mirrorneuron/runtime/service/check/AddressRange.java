package io.mirrorneuron.runtime.service.check;

import java.net.InetAddress;

/**
 * All addresses that begin with the same bits.
 *
 * @param bits how many of them
 */
record AddressRange(InetAddress first, int bits) {

  /**
   * @param text an address, or an address, a slash and a number of bits
   * @throws IllegalArgumentException when it is neither
   */
  static AddressRange of(String text) {
    int slash = text.indexOf('/');
    InetAddress first = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    int all = first.getAddress().length * 8;
    int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
    if (bits < 0 || bits > all) {
      throw new IllegalArgumentException(text);
    }
    return new AddressRange(first, bits);
  }

  boolean holds(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] its = address.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i % 8);
      if ((mine[i / 8] & mask) != (its[i / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
