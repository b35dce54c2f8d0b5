package io.mirrorneuron.runtime.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.ServiceSettings.Reach;
import io.mirrorneuron.runtime.service.AddressGuard.Purpose;
import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where checks may connect to, however an address is written. */
class AddressGuardTest {
  private static final Set<Integer> DECLARED = Set.of(8080);

  private final OwnPorts endpoints = new OwnPorts();
  private final AddressGuard guard = AddressGuard.of(Purpose.CHECK, endpoints, List.of());

  @AfterEach
  void close() {
    guard.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254", // metadata of most clouds, link-local
        "169.254.0.1",
        "[fe80::1]",
        "fe80::1",
        "fe80::1%eth0",
        "fe80::1%lo",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "2852039166", // decimal
        "0xA9FEA9FE", // hexadecimal
        "0xa9.0xfe.0xa9.0xfe",
        "0251.0376.0251.0376", // octal
        "169.254.43518", // short
        "169.16689662",
        "169.254.169.254.",
        "169.254.169.0254",
        "[::ffff:169.254.169.254]", // IPv4 within IPv6
        "[::ffff:a9fe:a9fe]",
        "[0:0:0:0:0:ffff:a9fe:a9fe]",
        "[::a9fe:a9fe]",
        "[::169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[2001:0:a9fe:a9fe::1]",
        "[2001:db8::5efe:a9fe:a9fe]",
        "[fec0::1]",
        "127.1", // this machine, oddly
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "255.255.255.255",
        "224.0.0.1",
        "[ff02::1]",
        "240.0.0.1",
        "１６９.254.169.254", // full width
        "①⑥⑨.254.169.254",
        "169。254。169。254",
        "host name",
        "a@169.254.169.254",
        "169.254.169.254/x",
        "-x",
        "",
        " ",
      })
  void hostileAddressesAreRefused(String host) {
    assertThatThrownBy(() -> guard.judged(host, 8080, DECLARED)).isInstanceOf(AddressRefused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "[::1]", "::1", "localhost"})
  void thisMachineIsAskedAtDeclaredPortsOnly(String host) throws AddressRefused {
    assertThat(guard.judged(host, 8080, DECLARED).getAddress().isLoopbackAddress()).isTrue();
    assertThatThrownBy(() -> guard.judged(host, 8081, DECLARED))
        .hasMessageContaining("port 8081 of this machine is not one that the manifest gives");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "[::1]", "localhost"})
  void doorsOfTheServerAndRedisAreNeverAsked(String host) {
    endpoints.add(8080);
    endpoints.addRedis(URI.create("redis://127.0.0.1:8079"));

    for (int port : List.of(8080, 8079)) {
      assertThatThrownBy(() -> guard.judged(host, port, Set.of(8080, 8079)))
          .hasMessageContaining("is a port of this server or its Redis");
    }
  }

  @Test
  void redisElsewhereIsNotAskedEither() throws AddressRefused {
    endpoints.addRedis(URI.create("redis://10.1.2.3:6379"));

    assertThatThrownBy(() -> guard.judged("10.1.2.3", 6379, Set.of()))
        .hasMessageContaining("is a port of this server or its Redis");
    assertThat(guard.judged("10.1.2.4", 6379, Set.of()).getPort()).isEqualTo(6379);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.5", "192.168.1.1", "203.0.113.7", "[2001:db8::1]", "fd12::1"})
  void otherMachinesAreAskedAtAnyPort(String host) throws AddressRefused {
    assertThat(guard.judged(host, 9, Set.of()).getPort()).isEqualTo(9);
  }

  @Test
  void anOperatorMayAllowAForbiddenAddress() throws AddressRefused {
    List<String> some = List.of("169.254.10.0/24", "fe80::7");
    try (AddressGuard allowing = AddressGuard.of(Purpose.CHECK, endpoints, some)) {
      assertThat(allowing.judged("169.254.10.9", 80, Set.of()).getPort()).isEqualTo(80);
      assertThat(allowing.judged("[fe80::7]", 80, Set.of()).getPort()).isEqualTo(80);
      assertThatThrownBy(() -> allowing.judged("169.254.11.9", 80, Set.of()))
          .isInstanceOf(AddressRefused.class);
      assertThatThrownBy(() -> allowing.judged("2851998217", 80, Set.of()))
          .isInstanceOf(AddressRefused.class);
    }
  }

  /** Of a name that stands for two addresses, one of them forbidden, none is asked. */
  @Test
  void eachAddressOfANameIsJudged() {
    try (AddressGuard two = naming("93.184.216.34", "169.254.169.254")) {
      assertThatThrownBy(() -> two.judged("two.example", 80, Set.of()))
          .hasMessageContaining("two.example (169.254.169.254)");
    }
  }

  /** A name that changes between the look and the connection changes nothing. */
  @Test
  void aNameIsLookedUpOnceAndTheAddressThatWasJudgedIsTheOneToConnectTo() throws AddressRefused {
    AtomicInteger asked = new AtomicInteger();
    Names.Resolver rebinding =
        host -> {
          String next = asked.getAndIncrement() == 0 ? "93.184.216.34" : "169.254.169.254";
          return new InetAddress[] {InetAddress.ofLiteral(next)};
        };
    try (AddressGuard fickle = checksWith(rebinding)) {
      InetSocketAddress target = fickle.judged("fickle.example", 80, Set.of());

      assertThat(target.getAddress().getHostAddress()).isEqualTo("93.184.216.34");
      assertThat(asked).hasValue(1);
      assertThatThrownBy(() -> fickle.judged("fickle.example", 80, Set.of()))
          .isInstanceOf(AddressRefused.class);
    }
  }

  @Test
  void aNameOfThisMachineIsThisMachine() {
    try (AddressGuard home = naming("127.0.0.1")) {
      assertThatThrownBy(() -> home.judged("home.example", 8081, DECLARED))
          .hasMessageContaining("port 8081 of this machine");
    }
  }

  @Test
  void aNameThatNobodyKnowsIsRefused() {
    Names.Resolver nobody =
        host -> {
          throw new UnknownHostException(host);
        };
    try (AddressGuard lost = checksWith(nobody)) {
      assertThatThrownBy(() -> lost.judged("lost.example", 80, Set.of()))
          .hasMessage("nobody knows a host lost.example");
    }
  }

  private AddressGuard naming(String... addresses) {
    return checksWith(resolving(addresses));
  }

  private AddressGuard checksWith(Names.Resolver resolver) {
    return new AddressGuard(Purpose.CHECK, resolver, endpoints, new Reach(List.of(), true));
  }

  private static Names.Resolver resolving(String... addresses) {
    InetAddress[] found =
        Stream.of(addresses).map(AddressGuardTest::answered).toArray(InetAddress[]::new);
    return host -> found;
  }

  /** As name servers give it: an AAAA stays an address of IPv6 whatever it has within. */
  private static InetAddress answered(String text) {
    if (!text.matches("::ffff:[0-9.]+")) {
      return InetAddress.ofLiteral(text);
    }
    byte[] bytes = new byte[16];
    bytes[10] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    byte[] end = InetAddress.ofLiteral(text).getAddress();
    System.arraycopy(end, 0, bytes, 12, end.length);
    try {
      return Inet6Address.getByAddress("aaaa.example", bytes, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private AddressGuard webhooksTo(List<String> allowed, String... addresses) {
    return webhooksTo(new Reach(allowed, false), addresses);
  }

  private AddressGuard webhooksTo(Reach reach, String... addresses) {
    return new AddressGuard(Purpose.WEBHOOK, resolving(addresses), endpoints, reach);
  }

  /** What an AAAA says is judged as what systems make of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "::ffff:127.0.0.1", // IPv4 within IPv6, which systems connect to as IPv4
        "::ffff:127.9.9.9",
        "::ffff:169.254.169.254",
        "::ffff:168.63.129.16",
        "::ffff:0.0.0.0",
        "::ffff:255.255.255.255",
        "::ffff:224.0.0.1",
        "::7f00:1", // once compatible
        "::a9fe:a9fe",
        "::ffff:0:127.0.0.1", // translated
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::1",
        "2001:0:1:1:1:1:80ff:fffe", // 127.0.0.1 as Teredo hides it
        "2001:db8::5efe:7f00:1",
        "2001:db8::200:5efe:a9fe:a9fe",
        "fe80::5efe:a9fe:a9fe",
        "fd00:ec2::23",
        "fd00:42::42"
      })
  void noNameLeadsToForbiddenAddressesInDisguise(String address) {
    try (AddressGuard checks = naming(address);
        AddressGuard webhooks = webhooksTo(new Reach(List.of(), true), address)) {
      for (AddressGuard guard : List.of(checks, webhooks)) {
        assertThatThrownBy(() -> guard.judged("sly.example", 8081, DECLARED))
            .isInstanceOf(AddressRefused.class);
      }
      if (!address.startsWith("::ffff:127")) { // the manifest's own port is asked, by IPv4
        assertThatThrownBy(() -> checks.judged("sly.example", 8080, DECLARED))
            .isInstanceOf(AddressRefused.class);
      }
    }
  }

  @Test
  void whatIsConnectedToIsWhatWasJudgedWithoutDisguise() throws AddressRefused {
    try (AddressGuard here = naming("::ffff:127.0.0.1");
        AddressGuard remote = naming("::ffff:93.184.216.34");
        AddressGuard translated = naming("64:ff9b::5db8:d822")) {
      assertThat(here.judged("a.example", 8080, DECLARED))
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080));
      assertThat(remote.judged("a.example", 80, DECLARED))
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("93.184.216.34"), 80));
      assertThat(translated.judged("a.example", 80, DECLARED))
          .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("64:ff9b::5db8:d822"), 80));
    }
  }

  @Test
  void noDisguiseLeadsToDoorsOrRedis() {
    endpoints.add(8080);
    endpoints.addRedis(URI.create("redis://10.1.2.3:6379"));
    for (String here : List.of("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")) {
      try (AddressGuard guard = naming(here)) {
        assertThatThrownBy(() -> guard.judged("a.example", 8080, DECLARED))
            .hasMessageContaining("is a port of this server or its Redis");
      }
    }
    try (AddressGuard guard =
        new AddressGuard(
            Purpose.CHECK,
            host -> new InetAddress[] {answered("::ffff:10.1.2.3")},
            endpoints,
            new Reach(List.of("10.0.0.0/8"), true))) {
      assertThatThrownBy(() -> guard.judged("a.example", 6379, DECLARED))
          .hasMessageContaining("is a port of this server or its Redis");
    }
  }

  @Test
  void privateNetworksAreASettingOfEachPurpose() throws AddressRefused {
    for (String address : List.of("10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd12::1")) {
      try (AddressGuard open = webhooksTo(new Reach(List.of(), true), address);
          AddressGuard shut =
              new AddressGuard(
                  Purpose.CHECK, resolving(address), endpoints, new Reach(List.of(), false))) {
        assertThat(open.judged("a.example", 443, Set.of()).getPort()).isEqualTo(443);
        assertThatThrownBy(() -> shut.judged("a.example", 443, Set.of()))
            .hasMessageEndingWith(
                "may not ask; an operator may allow it (services.check_addresses), or all private"
                    + " networks (services.check_private_networks)");
      }
    }
  }

  /** As of a metadata service that runs beside this server. */
  @Test
  void addressesThatThisMachineHasStayForbiddenWhereTheirKindIs() throws Exception {
    List<InetAddress> linkLocal =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(InetAddress::isLinkLocalAddress)
            .toList();
    Assumptions.assumeFalse(linkLocal.isEmpty(), "this machine has no link-local address");
    Names.Resolver own = host -> linkLocal.toArray(InetAddress[]::new);
    try (AddressGuard guard = checksWith(own)) {
      assertThatThrownBy(() -> guard.judged("me.example", 8080, DECLARED))
          .hasMessageContaining("is an address that checks may not ask");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.1",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "fc00::1",
        "fd12::1",
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "224.0.0.1",
        "64:ff9b::a00:1"
      })
  void webhooksStayOnTheInternet(String address) throws AddressRefused {
    try (AddressGuard guard = webhooksTo(List.of(), "93.184.216.34", address)) {
      assertThatThrownBy(() -> guard.judged("sly.example", 443, Set.of()))
          .isInstanceOf(AddressRefused.class)
          .hasMessageContaining("webhooks.addresses");
      assertThatThrownBy(() -> guard.requireAllowed(address, 443, Set.of()))
          .isInstanceOf(AddressRefused.class);
      guard.requireAllowed(
          "sly.example", 443, Set.of()); // a name is judged when it is connected to
    }
    try (AddressGuard allowing = webhooksTo(List.of(address), address)) {
      assertThat(allowing.judged("sly.example", 443, Set.of()).getPort()).isEqualTo(443);
    }
  }

  @Test
  void webhooksGoToAddressesOfTheInternet() throws AddressRefused {
    for (String address : new String[] {"93.184.216.34", "172.32.0.1", "2606:2800:220:1::1"}) {
      try (AddressGuard guard = webhooksTo(List.of(), address)) {
        assertThat(guard.judged("far.example", 443, Set.of()).getPort()).isEqualTo(443);
      }
    }
  }
}
