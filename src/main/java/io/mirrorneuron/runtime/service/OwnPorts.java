package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.service.Prober.AddressRefused;
import java.net.InetAddress;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports that checks never connect to: those of this server, and Redis. Thread-safe. */
public final class OwnPorts {
  private static final int REDIS_PORT = 6379;

  private final Set<Integer> here = ConcurrentHashMap.newKeySet();
  private final Set<Redis> redis = ConcurrentHashMap.newKeySet();

  private record Redis(String host, int port) {}

  /**
   * @param port of this machine; 0 when not known yet
   */
  public void add(int port) {
    if (port != 0) {
      here.add(port);
    }
  }

  public boolean isHere(int port) {
    return here.contains(port);
  }

  /**
   * @param address of a Redis of this server; a Unix socket has no port
   */
  public void addRedis(URI address) {
    if (address.getHost() != null) {
      int port = address.getPort() < 0 ? REDIS_PORT : address.getPort();
      redis.add(new Redis(address.getHost(), port));
    }
  }

  /**
   * @param isHere whether the address is one of this machine
   * @param names resolves names
   */
  boolean holds(InetAddress address, int port, boolean isHere, Names names) {
    if (isHere && here.contains(port)) {
      return true;
    }
    return redis.stream()
        .filter(each -> each.port() == port)
        .anyMatch(each -> isHere || isAt(each.host(), address, names));
  }

  private static boolean isAt(String redis, InetAddress address, Names names) {
    try {
      return names.addresses(redis).contains(address);
    } catch (AddressRefused e) {
      return true; // the address of Redis is unknown now
    }
  }
}
