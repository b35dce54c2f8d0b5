package io.mirrorneuron.runtime.service.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.service.check.AddressGuard.Purpose;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where checks may connect to, however an address is written. */
class AddressGuardTest {
  private static final Set<Integer> DECLARED = Set.of(8080);

  private final OwnDoors doors = new OwnDoors();
  private final AddressGuard guard = AddressGuard.of(doors, List.of());

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
    assertThatThrownBy(() -> guard.judged(host, 8080, DECLARED)).isInstanceOf(NotAsked.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "[::1]", "::1", "localhost"})
  void thisMachineIsAskedAtDeclaredPortsOnly(String host) throws NotAsked {
    assertThat(guard.judged(host, 8080, DECLARED).getAddress().isLoopbackAddress()).isTrue();
    assertThatThrownBy(() -> guard.judged(host, 8081, DECLARED))
        .hasMessageContaining("port 8081 of this machine is not one that the manifest gives");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.0.9", "[::1]", "localhost"})
  void doorsOfTheServerAndRedisAreNeverAsked(String host) {
    doors.add(8080);
    doors.addRedis(URI.create("redis://127.0.0.1:8079"));

    for (int port : List.of(8080, 8079)) {
      assertThatThrownBy(() -> guard.judged(host, port, Set.of(8080, 8079)))
          .hasMessageContaining("is a door of this server or its Redis");
    }
  }

  @Test
  void redisElsewhereIsNotAskedEither() throws NotAsked {
    doors.addRedis(URI.create("redis://10.1.2.3:6379"));

    assertThatThrownBy(() -> guard.judged("10.1.2.3", 6379, Set.of()))
        .hasMessageContaining("is a door of this server or its Redis");
    assertThat(guard.judged("10.1.2.4", 6379, Set.of()).getPort()).isEqualTo(6379);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.5", "192.168.1.1", "203.0.113.7", "[2001:db8::1]", "fd12::1"})
  void otherMachinesAreAskedAtAnyPort(String host) throws NotAsked {
    assertThat(guard.judged(host, 9, Set.of()).getPort()).isEqualTo(9);
  }

  @Test
  void anOperatorMayAllowAForbiddenAddress() throws NotAsked {
    try (AddressGuard allowing = AddressGuard.of(doors, List.of("169.254.10.0/24", "fe80::7"))) {
      assertThat(allowing.judged("169.254.10.9", 80, Set.of()).getPort()).isEqualTo(80);
      assertThat(allowing.judged("[fe80::7]", 80, Set.of()).getPort()).isEqualTo(80);
      assertThatThrownBy(() -> allowing.judged("169.254.11.9", 80, Set.of()))
          .isInstanceOf(NotAsked.class);
      assertThatThrownBy(() -> allowing.judged("2851998217", 80, Set.of()))
          .isInstanceOf(NotAsked.class);
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
  void aNameIsLookedUpOnceAndTheAddressThatWasJudgedIsTheOneToConnectTo() throws NotAsked {
    AtomicInteger asked = new AtomicInteger();
    Names.Resolver rebinding =
        host -> {
          String next = asked.getAndIncrement() == 0 ? "93.184.216.34" : "169.254.169.254";
          return new InetAddress[] {InetAddress.ofLiteral(next)};
        };
    try (AddressGuard fickle = new AddressGuard(rebinding, doors, List.of())) {
      InetSocketAddress target = fickle.judged("fickle.example", 80, Set.of());

      assertThat(target.getAddress().getHostAddress()).isEqualTo("93.184.216.34");
      assertThat(asked).hasValue(1);
      assertThatThrownBy(() -> fickle.judged("fickle.example", 80, Set.of()))
          .isInstanceOf(NotAsked.class);
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
    try (AddressGuard lost = new AddressGuard(nobody, doors, List.of())) {
      assertThatThrownBy(() -> lost.judged("lost.example", 80, Set.of()))
          .hasMessage("nobody knows a host lost.example");
    }
  }

  private AddressGuard naming(String... addresses) {
    return new AddressGuard(resolving(addresses), doors, List.of());
  }

  private static Names.Resolver resolving(String... addresses) {
    InetAddress[] found =
        List.of(addresses).stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    return host -> found;
  }

  private AddressGuard webhooksTo(List<String> allowed, String... addresses) {
    return new AddressGuard(Purpose.WEBHOOK, resolving(addresses), doors, allowed);
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
  void webhooksStayOnTheInternet(String address) throws NotAsked {
    try (AddressGuard guard = webhooksTo(List.of(), "93.184.216.34", address)) {
      assertThatThrownBy(() -> guard.judged("sly.example", 443, Set.of()))
          .isInstanceOf(NotAsked.class)
          .hasMessageContaining("webhooks.addresses");
      assertThatThrownBy(() -> guard.requireAllowed(address, 443, Set.of()))
          .isInstanceOf(NotAsked.class);
      guard.requireAllowed(
          "sly.example", 443, Set.of()); // a name is judged when it is connected to
    }
    try (AddressGuard allowing = webhooksTo(List.of(address), address)) {
      assertThat(allowing.judged("sly.example", 443, Set.of()).getPort()).isEqualTo(443);
    }
  }

  @Test
  void webhooksGoToAddressesOfTheInternet() throws NotAsked {
    for (String address : new String[] {"93.184.216.34", "172.32.0.1", "2606:2800:220:1::1"}) {
      try (AddressGuard guard = webhooksTo(List.of(), address)) {
        assertThat(guard.judged("far.example", 443, Set.of()).getPort()).isEqualTo(443);
      }
    }
  }
}
