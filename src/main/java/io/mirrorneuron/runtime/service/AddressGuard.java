package io.mirrorneuron.runtime.service;

import io.mirrorneuron.config.AddressRange;
import io.mirrorneuron.config.ServiceSettings.Reach;
import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Decides where this server may connect for checks, which manifests define, and for webhooks. It
 * must not be led to its own ports, to Redis, or to cloud metadata; webhooks also not to private
 * networks, unless an operator allows it. A name is resolved once and each of its addresses is
 * judged, in every form ({@link EmbeddedAddresses}); the caller then connects to the judged
 * address, not to the name.
 */
public final class AddressGuard implements AutoCloseable {
  private static final Pattern LOCAL = Pattern.compile("(?i)(.*\\.)?localhost");

  private final Purpose purpose;
  private final Names names;
  private final OwnPorts endpoints;
  private final List<AddressRange> allowed;
  private final boolean isPrivateAllowed;

  /** What the connections are for. */
  public enum Purpose {
    CHECK("services.check_addresses", "services.check_private_networks", true),
    WEBHOOK("webhooks.addresses", "webhooks.private_networks", false);

    private final String addresses;
    private final String privateNetworks;
    private final boolean isPrivateUsual;

    /**
     * @param addresses setting that allows addresses of a forbidden kind
     * @param privateNetworks setting that allows private networks
     * @param isPrivateUsual default of that setting
     */
    Purpose(String addresses, String privateNetworks, boolean isPrivateUsual) {
      this.addresses = addresses;
      this.privateNetworks = privateNetworks;
      this.isPrivateUsual = isPrivateUsual;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String ofThisMachine(String shown, int port) {
      return this == CHECK
          ? "port %d of this machine is not one that the manifest gives to a service"
              .formatted(port)
          : shown + " is this machine; an operator may allow it (" + addresses + ")";
    }

    private String forbidden(String shown) {
      return "%s is an address that %ss may not ask; an operator may allow it (%s)"
          .formatted(shown, word(), addresses);
    }
  }

  AddressGuard(Purpose purpose, Names.Resolver resolver, OwnPorts endpoints, Reach reach) {
    this.purpose = purpose;
    this.names = new Names(resolver);
    this.endpoints = endpoints;
    this.allowed = reach.addresses().stream().map(AddressRange::of).toList();
    this.isPrivateAllowed = reach.privateNetworks();
  }

  /**
   * @param reach allowed addresses of a forbidden kind; the ports of this server stay forbidden
   */
  public static AddressGuard of(Purpose purpose, OwnPorts endpoints, Reach reach) {
    return new AddressGuard(purpose, InetAddress::getAllByName, endpoints, reach);
  }

  /**
   * With the default for private networks.
   *
   * @param allowed addresses, or ranges as {@code 169.254.0.0/16}
   */
  public static AddressGuard of(Purpose purpose, OwnPorts endpoints, List<String> allowed) {
    return of(purpose, endpoints, new Reach(allowed, purpose.isPrivateUsual));
  }

  /**
   * The address to connect to.
   *
   * @param declared ports allowed on this machine
   * @throws AddressRefused when it is forbidden, or the host does not exist
   */
  public InetSocketAddress judged(String host, int port, Set<Integer> declared)
      throws AddressRefused {
    if (host == null || host.isBlank() || port < 1 || port > 65_535) {
      throw new AddressRefused("there is no address and port to ask");
    }
    Optional<InetAddress> literal = HostSpelling.literal(host);
    List<InetAddress> all = literal.isPresent() ? List.of(literal.get()) : names.addresses(host);
    for (InetAddress address : all) {
      judge(host, address, port, declared);
    }
    String chosen = all.getFirst().getHostAddress();
    return new InetSocketAddress(InetAddress.ofLiteral(chosen), port); // without a name
  }

  /**
   * Checks a host before it is connected to: an address, and this machine by name, are judged now,
   * another name on connecting.
   *
   * @param declared ports allowed on this machine
   * @throws AddressRefused when it is forbidden
   */
  public void requireAllowed(String host, int port, Set<Integer> declared) throws AddressRefused {
    if (HostSpelling.literal(host).isPresent() || LOCAL.matcher(host).matches()) {
      judged(host, port, declared);
    }
  }

  /** Whether this server or its Redis listens there, on this machine. */
  public boolean isEndpoint(String host, int port) {
    InetAddress address;
    try {
      Optional<InetAddress> literal = HostSpelling.literal(host);
      if (literal.isEmpty() && !LOCAL.matcher(host).matches()) {
        return false;
      }
      address = literal.orElseGet(InetAddress::getLoopbackAddress);
    } catch (AddressRefused e) {
      return endpoints.isHere(port); // as systems read some spellings, it may be this machine
    }
    return (address.isAnyLocalAddress() || isHere(address))
        && endpoints.holds(address, port, true, names);
  }

  private void judge(String host, InetAddress address, int port, Set<Integer> declared)
      throws AddressRefused {
    boolean isHere = isHere(address);
    String shown = shown(host, address);
    List<InetAddress> carried = EmbeddedAddresses.carried(address);
    List<InetAddress> forms = Stream.concat(Stream.of(address), carried.stream()).toList();
    for (InetAddress form : forms) {
      if (endpoints.holds(form, port, isHere(form), names)) {
        throw new AddressRefused(
            "%s port %d is a port of this server or its Redis, which no %s may ask"
                .formatted(shown, port, purpose.word()));
      }
    }
    if (forms.stream().anyMatch(form -> allowed.stream().anyMatch(range -> range.holds(form)))) {
      return;
    }
    if (forms.stream().anyMatch(AddressKinds::isForbidden)
        || carried.stream().anyMatch(AddressGuard::isHere)) {
      throw new AddressRefused(purpose.forbidden(shown));
    }
    if (isHere && !declared.contains(port)) {
      throw new AddressRefused(purpose.ofThisMachine(shown, port));
    }
    if (!isHere && !isPrivateAllowed && forms.stream().anyMatch(AddressKinds::isPrivate)) {
      throw new AddressRefused(
          purpose.forbidden(shown)
              + ", or all private networks (%s)".formatted(purpose.privateNetworks));
    }
  }

  private static String shown(String host, InetAddress address) {
    String literal = address.getHostAddress();
    return host.equals(literal) ? host : host + " (" + literal + ")";
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

  /**
   * Texts that name a host. An address has many spellings that only some programs understand
   * (decimal, octal, hexadecimal, short, IPv4 within IPv6, a zone); only the usual one is accepted,
   * so that the judged address is the connected one.
   */
  private static final class HostSpelling {
    private static final Pattern NAME =
        Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_-]{1,63})*");
    private static final Pattern NUMERIC_END = Pattern.compile("(.*\\.)?(\\d+|0[xX][0-9A-Fa-f]*)");
    private static final Pattern DOTTED =
        Pattern.compile(
            "(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})");

    private HostSpelling() {}

    /**
     * The address that the text spells in the usual way; empty for a name.
     *
     * @throws AddressRefused when it is neither
     */
    static Optional<InetAddress> literal(String host) throws AddressRefused {
      try {
        if (host.indexOf(':') >= 0) {
          return Optional.of(ofColons(host));
        }
        if (NUMERIC_END.matcher(host).matches()) {
          if (DOTTED.matcher(host).matches()) {
            return Optional.of(Inet4Address.ofLiteral(host));
          }
          throw new AddressRefused(host + " is an unusual spelling of an address");
        }
      } catch (IllegalArgumentException e) {
        throw new AddressRefused(host + " is no address");
      }
      if (!NAME.matcher(host).matches()) {
        throw new AddressRefused("\"" + host + "\" is no name of a host");
      }
      return Optional.empty();
    }

    private static InetAddress ofColons(String host) throws AddressRefused {
      String bare =
          host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
      if (!bare.matches("[0-9A-Fa-f:.]+")) {
        throw new AddressRefused(host + " is no address");
      }
      InetAddress address = InetAddress.ofLiteral(bare);
      if (address instanceof Inet4Address || bare.indexOf('.') >= 0) {
        throw new AddressRefused(host + " is an unusual spelling of an address");
      }
      return address;
    }
  }

  /** Kinds of addresses, some of them forbidden. */
  private static final class AddressKinds {
    /** Cloud metadata addresses beside the link-local ones. */
    private static final List<AddressRange> METADATA =
        ranges(
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:42::42",
            "fd00:ec2::/32",
            "fd20:ce::254");

    /** Addresses of no single host, or disguised IPv4 addresses. */
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

    /** Link-local, metadata, multicast, or no single host. */
    static boolean isForbidden(InetAddress address) {
      return !address.isLoopbackAddress()
          && (address.isAnyLocalAddress()
              || address.isLinkLocalAddress()
              || address.isMulticastAddress()
              || EmbeddedAddresses.isOfSiteTunnel(address)
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
}
