package io.mirrorneuron.runtime.service.check;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides where checks may connect to. Manifests are written by others, and checks are made by this
 * server from where it stands: it must not be led to its own doors, to Redis, or to what the
 * network tells machines about themselves. A name is looked up once and each of its addresses is
 * judged; who asks then connects to the address that was judged, not to the name.
 */
public final class AddressGuard implements AutoCloseable {
  /** Where clouds tell machines their secrets. */
  private static final List<AddressRange> METADATA =
      ranges("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254");

  /** Addresses that are no single host, or another address in disguise. */
  private static final List<AddressRange> NO_HOSTS =
      ranges(
          "0.0.0.0/8",
          "240.0.0.0/4",
          "::/96", // IPv4 as it was once written; :: and ::1 are looked at before
          "64:ff9b::/96",
          "64:ff9b:1::/48",
          "2002::/16",
          "2001::/32",
          "fec0::/10");

  private static final HexFormat HEX = HexFormat.of();

  private final Names names;
  private final OwnDoors doors;
  private final List<AddressRange> allowed;

  AddressGuard(Names.Resolver resolver, OwnDoors doors, List<String> allowed) {
    this.names = new Names(resolver);
    this.doors = doors;
    this.allowed = allowed.stream().map(AddressRange::of).toList();
  }

  /**
   * @param allowed addresses, or ranges as {@code 169.254.0.0/16}, that may be asked although they
   *     are of a forbidden kind; the doors of this server stay forbidden
   */
  public static AddressGuard of(OwnDoors doors, List<String> allowed) {
    return new AddressGuard(InetAddress::getAllByName, doors, allowed);
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::of).toList();
  }

  /** Whether a text is one that {@link #of} takes. */
  public static boolean isRange(String text) {
    try {
      AddressRange.of(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Where to connect to.
   *
   * @param declared ports that may be asked on this machine
   * @throws NotAsked when nobody may, or there is no such host
   */
  InetSocketAddress judged(String host, int port, Set<Integer> declared) throws NotAsked {
    if (host == null || host.isBlank() || port < 1 || port > 65_535) {
      throw new NotAsked("there is no address and port to ask");
    }
    Optional<InetAddress> literal = HostSpelling.literal(host);
    List<InetAddress> all = literal.isPresent() ? List.of(literal.get()) : names.addresses(host);
    for (InetAddress address : all) {
      judge(host, address, port, declared);
    }
    InetAddress chosen = all.getFirst();
    return new InetSocketAddress(InetAddress.ofLiteral(chosen.getHostAddress()), port);
  }

  private void judge(String host, InetAddress address, int port, Set<Integer> declared)
      throws NotAsked {
    boolean isHere = address.isLoopbackAddress() || isOwn(address);
    String shown = shown(host, address);
    if (doors.holds(address, port, isHere, names)) {
      throw new NotAsked(
          "%s port %d is a door of this server or its Redis, which no check may ask"
              .formatted(shown, port));
    }
    boolean isAllowed = allowed.stream().anyMatch(range -> range.holds(address));
    if (isHere && !declared.contains(port) && !isAllowed) {
      throw new NotAsked(
          "port %d of this machine is not one that the manifest gives to a service"
              .formatted(port));
    }
    if (!isHere && !isAllowed && isForbidden(address)) {
      throw new NotAsked(
          shown
              + " is an address that checks may not ask; an operator may allow it"
              + " (services.check_addresses)");
    }
  }

  private static String shown(String host, InetAddress address) {
    String literal = address.getHostAddress();
    return host.equals(literal) ? host : host + " (" + literal + ")";
  }

  private static boolean isForbidden(InetAddress address) {
    return address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || isTranslated(address)
        || Stream.concat(METADATA.stream(), NO_HOSTS.stream())
            .anyMatch(range -> range.holds(address));
  }

  /** Whether it has an IPv4 address as its end, as tunnels within a site do. */
  private static boolean isTranslated(InetAddress address) {
    return address instanceof Inet6Address
        && HEX.formatHex(address.getAddress()).startsWith("00005efe", 16);
  }

  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  @Override
  public void close() {
    names.close();
  }
}
