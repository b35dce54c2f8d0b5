package io.mirrorneuron.runtime.service.check;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides where this server connects to when others say so: for checks, which manifests ask for,
 * and webhooks. It stands where they do not: it must not be led to its own doors, to Redis, or to
 * what the network tells machines about themselves; webhooks, which leave the house, not to
 * machines of its own network either. A name is looked up once and each of its addresses is judged;
 * who asks then connects to the address that was judged, not to the name.
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

  /** Addresses of networks that are not the Internet. */
  private static final List<AddressRange> PRIVATE =
      ranges(
          "10.0.0.0/8",
          "100.64.0.0/10",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "fc00::/7");

  private static final Pattern LOCAL = Pattern.compile("(?i)(.*\\.)?localhost");
  private static final HexFormat HEX = HexFormat.of();

  private final Purpose purpose;
  private final Names names;
  private final OwnDoors doors;
  private final List<AddressRange> allowed;

  /** What the connections are for. */
  public enum Purpose {
    CHECK("services.check_addresses", List.of()),
    WEBHOOK("webhooks.addresses", PRIVATE);

    private final String setting;
    private final List<AddressRange> forbidden;

    /**
     * @param setting that allows addresses of a forbidden kind
     * @param forbidden beside those that always are
     */
    Purpose(String setting, List<AddressRange> forbidden) {
      this.setting = setting;
      this.forbidden = forbidden;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String ofThisMachine(String shown, int port) {
      return this == CHECK
          ? "port %d of this machine is not one that the manifest gives to a service"
              .formatted(port)
          : shown + " is this machine; an operator may allow it (" + setting + ")";
    }
  }

  AddressGuard(Names.Resolver resolver, OwnDoors doors, List<String> allowed) {
    this(Purpose.CHECK, resolver, doors, allowed);
  }

  AddressGuard(Purpose purpose, Names.Resolver resolver, OwnDoors doors, List<String> allowed) {
    this.purpose = purpose;
    this.names = new Names(resolver);
    this.doors = doors;
    this.allowed = allowed.stream().map(AddressRange::of).toList();
  }

  /**
   * @param allowed addresses, or ranges as {@code 169.254.0.0/16}, that may be asked although they
   *     are of a forbidden kind; the doors of this server stay forbidden
   */
  public static AddressGuard of(OwnDoors doors, List<String> allowed) {
    return of(Purpose.CHECK, doors, allowed);
  }

  /** The same for something else than checks. */
  public static AddressGuard of(Purpose purpose, OwnDoors doors, List<String> allowed) {
    return new AddressGuard(purpose, InetAddress::getAllByName, doors, allowed);
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
  public InetSocketAddress judged(String host, int port, Set<Integer> declared) throws NotAsked {
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

  /**
   * What can be said of a host before it is asked: an address, and this machine by its name, are
   * judged; another name is judged when it is connected to.
   *
   * @param declared ports that may be asked on this machine
   * @throws NotAsked when nobody may ask it
   */
  public void requireAllowed(String host, int port, Set<Integer> declared) throws NotAsked {
    if (HostSpelling.literal(host).isPresent() || LOCAL.matcher(host).matches()) {
      judged(host, port, declared);
    }
  }

  /** Whether it is this server or its Redis that answers there, on this machine. */
  public boolean isDoor(String host, int port) {
    InetAddress address;
    try {
      Optional<InetAddress> literal = HostSpelling.literal(host);
      if (literal.isEmpty() && !LOCAL.matcher(host).matches()) {
        return false;
      }
      address = literal.orElseGet(InetAddress::getLoopbackAddress);
    } catch (NotAsked e) {
      return doors.isHere(port); // as systems read some spellings, it may be this machine
    }
    return (address.isAnyLocalAddress() || isHere(address))
        && doors.holds(address, port, true, names);
  }

  private void judge(String host, InetAddress address, int port, Set<Integer> declared)
      throws NotAsked {
    boolean isHere = isHere(address);
    String shown = shown(host, address);
    if (doors.holds(address, port, isHere, names)) {
      throw new NotAsked(
          "%s port %d is a door of this server or its Redis, which no %s may ask"
              .formatted(shown, port, purpose.word()));
    }
    boolean isAllowed = allowed.stream().anyMatch(range -> range.holds(address));
    if (isHere && !declared.contains(port) && !isAllowed) {
      throw new NotAsked(purpose.ofThisMachine(shown, port));
    }
    if (!isHere && !isAllowed && isForbidden(address)) {
      throw new NotAsked(
          "%s is an address that %ss may not ask; an operator may allow it (%s)"
              .formatted(shown, purpose.word(), purpose.setting));
    }
  }

  private static String shown(String host, InetAddress address) {
    String literal = address.getHostAddress();
    return host.equals(literal) ? host : host + " (" + literal + ")";
  }

  private boolean isForbidden(InetAddress address) {
    return address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || isTranslated(address)
        || Stream.of(METADATA, NO_HOSTS, purpose.forbidden)
            .flatMap(List::stream)
            .anyMatch(range -> range.holds(address));
  }

  /** Whether it has an IPv4 address as its end, as tunnels within a site do. */
  private static boolean isTranslated(InetAddress address) {
    return address instanceof Inet6Address
        && HEX.formatHex(address.getAddress()).startsWith("00005efe", 16);
  }

  private static boolean isHere(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  @Override
  public void close() {
    names.close();
  }
}
