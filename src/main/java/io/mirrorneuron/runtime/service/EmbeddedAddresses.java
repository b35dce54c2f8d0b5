package io.mirrorneuron.runtime.service;

import io.mirrorneuron.config.AddressRange;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Resolves what an address leads to. An IPv6 address may contain an IPv4 address: systems connect
 * to a <i>mapped</i> one; translators and tunnels on the way do so with other forms.
 */
final class EmbeddedAddresses {
  private static final int IPV4_BYTES = 4;

  /** Where the last bytes of IPv6 begin. */
  private static final int END = 12;

  /** The address that systems themselves read as IPv4. */
  private static final int MAPPED_ZEROS = 10;

  private static final byte ONES = (byte) 0xff;

  private static final List<Carrier> CARRIERS =
      List.of(
          new Carrier(AddressRange.of("::/96"), END, false), // compatible
          new Carrier(AddressRange.of("::ffff:0:0:0/96"), END, false), // translated, of SIIT
          new Carrier(AddressRange.of("64:ff9b::/96"), END, false), // NAT64
          new Carrier(AddressRange.of("64:ff9b:1::/48"), END, false), // NAT64 of a network
          new Carrier(AddressRange.of("2002::/16"), 2, false), // 6to4
          new Carrier(AddressRange.of("2001::/32"), END, true)); // Teredo

  private EmbeddedAddresses() {}

  /**
   * Address ranges that contain an IPv4 address.
   *
   * @param at offset of that address
   * @param inverted whether its bits are inverted
   */
  private record Carrier(AddressRange range, int at, boolean inverted) {
    InetAddress carried(InetAddress address) {
      return ipv4(address.getAddress(), at, inverted ? 0xff : 0);
    }
  }

  /** The address to which systems connect for this one. */
  static InetAddress plain(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == IPV4_BYTES || bytes[MAPPED_ZEROS] != ONES || bytes[END - 1] != ONES) {
      return address;
    }
    for (int i = 0; i < MAPPED_ZEROS; i++) {
      if (bytes[i] != 0) {
        return address;
      }
    }
    return ipv4(bytes, END, 0);
  }

  /** The addresses inside a plain one, to which it may lead on the way. */
  static List<InetAddress> carried(InetAddress plain) {
    if (plain.getAddress().length == IPV4_BYTES
        || plain.isLoopbackAddress()
        || plain.isAnyLocalAddress()) {
      return List.of();
    }
    Stream<InetAddress> site =
        isOfSiteTunnel(plain) ? Stream.of(ipv4(plain.getAddress(), END, 0)) : Stream.empty();
    Stream<InetAddress> others =
        CARRIERS.stream()
            .filter(carrier -> carrier.range.holds(plain))
            .map(carrier -> carrier.carried(plain));
    return Stream.concat(site, others).toList();
  }

  /** Whether it ends with an IPv4 address, as ISATAP writes it behind any network. */
  static boolean isOfSiteTunnel(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length > IPV4_BYTES
        && (bytes[8] & ~3) == 0
        && bytes[9] == 0
        && bytes[10] == 0x5e
        && bytes[11] == (byte) 0xfe;
  }

  private static InetAddress ipv4(byte[] bytes, int at, int mask) {
    return InetAddress.ofLiteral(
        "%d.%d.%d.%d"
            .formatted(
                (bytes[at] & 0xff) ^ mask,
                (bytes[at + 1] & 0xff) ^ mask,
                (bytes[at + 2] & 0xff) ^ mask,
                (bytes[at + 3] & 0xff) ^ mask));
  }
}
