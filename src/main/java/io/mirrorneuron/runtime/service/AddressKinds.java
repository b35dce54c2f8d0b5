package io.mirrorneuron.runtime.service;

import io.mirrorneuron.config.AddressRange;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** Kinds of addresses, of which some are no place to lead a server to. */
final class AddressKinds {
  /** Where clouds tell machines their secrets, beside link-local ones. */
  private static final List<AddressRange> METADATA =
      ranges(
          "168.63.129.16",
          "100.100.100.200",
          "192.0.0.192",
          "fd00:42::42",
          "fd00:ec2::/32",
          "fd20:ce::254");

  /** Addresses that are no single host, or that of IPv4 in disguise. */
  private static final List<AddressRange> NO_HOSTS =
      ranges(
          "0.0.0.0/8",
          "240.0.0.0/4",
          "::/96",
          "::ffff:0:0:0/96",
          "64:ff9b:1::/48",
          "2002::/16",
          "2001::/32",
          "fec0::/10");

  private static final List<AddressRange> PRIVATE =
      ranges(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "fc00::/7");

  private AddressKinds() {}

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::of).toList();
  }

  /** Link-local, metadata, multicast, and what is no single host; whoever has such an address. */
  static boolean isForbidden(InetAddress address) {
    return !address.isLoopbackAddress()
        && (address.isAnyLocalAddress()
            || address.isLinkLocalAddress()
            || address.isMulticastAddress()
            || AddressForms.isOfSiteTunnel(address)
            || isIn(METADATA, address)
            || isIn(NO_HOSTS, address));
  }

  /** Of a network that is not the Internet. */
  static boolean isPrivate(InetAddress address) {
    return isIn(PRIVATE, address);
  }

  private static boolean isIn(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.holds(address));
  }
}
