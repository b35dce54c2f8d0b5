package io.mirrorneuron.runtime.service;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which texts name a host. An address can be written in many ways that some programs understand and
 * others do not (decimal, octal, hexadecimal, short, IPv4 within IPv6, a zone); only the usual one
 * is taken, so that what is looked at is what is connected to.
 */
final class HostSpelling {
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
   * @throws NotAsked when it is neither
   */
  static Optional<InetAddress> literal(String host) throws NotAsked {
    try {
      if (host.indexOf(':') >= 0) {
        return Optional.of(ofColons(host));
      }
      if (NUMERIC_END.matcher(host).matches()) {
        if (DOTTED.matcher(host).matches()) {
          return Optional.of(Inet4Address.ofLiteral(host));
        }
        throw new NotAsked(host + " is an unusual spelling of an address");
      }
    } catch (IllegalArgumentException e) {
      throw new NotAsked(host + " is no address");
    }
    if (!NAME.matcher(host).matches()) {
      throw new NotAsked("\"" + host + "\" is no name of a host");
    }
    return Optional.empty();
  }

  private static InetAddress ofColons(String host) throws NotAsked {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (!bare.matches("[0-9A-Fa-f:.]+")) {
      throw new NotAsked(host + " is no address");
    }
    InetAddress address = InetAddress.ofLiteral(bare);
    if (address instanceof Inet4Address || bare.indexOf('.') >= 0) {
      throw new NotAsked(host + " is an unusual spelling of an address");
    }
    return address;
  }
}
