package io.mirrorneuron.server;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ports on which programs of this machine or container listen, from {@code /proc/net} of Linux;
 * none on other systems. Cached for a second. Thread-safe.
 */
public final class ListeningPorts {
  private static final Duration KEEP = Duration.ofSeconds(1);

  /** Number, local address and port, remote ones, state. */
  private static final Pattern SOCKET =
      Pattern.compile(
          "\\s*\\d+: (\\p{XDigit}{8}|\\p{XDigit}{32}):(\\p{XDigit}{4}) \\S+ (\\p{XDigit}{2}) .*");

  private static final String TCP_LISTENS = "0A";
  private static final String UDP_IS_OPEN = "07";
  private static final int WORD = 4;

  private final Path net;
  private final Clock clock;
  private volatile Reading last;

  /**
   * @param protocol {@code tcp} or {@code udp}
   * @param host the address, which may mean all of the machine
   */
  public record Listener(String protocol, String host, int port) {}

  private record Reading(List<Listener> ports, Instant at) {}

  /**
   * @param net {@code /proc/net}
   */
  public ListeningPorts(Path net, Clock clock) {
    this.net = net;
    this.clock = clock;
  }

  /** By protocol and number; a number that is open on several addresses comes once. */
  public List<Listener> get() {
    Instant now = clock.instant();
    Reading reading = last;
    if (reading == null || now.isAfter(reading.at.plus(KEEP))) {
      List<Listener> ports = new ArrayList<>(of("tcp", TCP_LISTENS));
      ports.addAll(of("udp", UDP_IS_OPEN));
      reading = new Reading(List.copyOf(ports), now);
      last = reading;
    }
    return reading.ports;
  }

  private List<Listener> of(String protocol, String state) {
    Map<Integer, Listener> ports = new TreeMap<>();
    for (String file : List.of(protocol, protocol + "6")) {
      for (String line : lines(net.resolve(file))) {
        Matcher socket = SOCKET.matcher(line);
        if (socket.matches() && socket.group(3).equals(state)) {
          int port = HexFormat.fromHexDigits(socket.group(2));
          ports.putIfAbsent(port, new Listener(protocol, host(socket.group(1)), port));
        }
      }
    }
    return List.copyOf(ports.values());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Words of four bytes, each as this processor has them: the lowest byte first. */
  private static String host(String hex) {
    byte[] written = HexFormat.of().parseHex(hex);
    byte[] address = new byte[written.length];
    for (int i = 0; i < address.length; i++) {
      address[i] = written[i / WORD * WORD + WORD - 1 - i % WORD];
    }
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (IOException e) {
      throw new IllegalStateException("an address has 4 bytes or 16", e);
    }
  }
}
