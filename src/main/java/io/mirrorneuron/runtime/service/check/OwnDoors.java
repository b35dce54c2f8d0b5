package io.mirrorneuron.runtime.service.check;

import java.net.InetAddress;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports that checks never ask: those of this server, on this machine, and Redis. Thread-safe. */
public final class OwnDoors {
  private static final int REDIS_PORT = 6379;

  private final Set<Integer> here = ConcurrentHashMap.newKeySet();
  private volatile String redisHost;
  private volatile int redisPort;

  /**
   * @param port of this machine; 0 stands for one that is not known yet
   */
  public void add(int port) {
    if (port != 0) {
      here.add(port);
    }
  }

  /** Whether this server listens on it. */
  public boolean isHere(int port) {
    return here.contains(port);
  }

  /**
   * @param redis of this server; a socket of the file system has no port
   */
  public void addRedis(URI redis) {
    if (redis.getHost() != null) {
      redisPort = redis.getPort() < 0 ? REDIS_PORT : redis.getPort();
      redisHost = redis.getHost();
    }
  }

  /**
   * @param isHere whether the address is one of this machine
   * @param names knows the addresses of names
   */
  boolean holds(InetAddress address, int port, boolean isHere, Names names) {
    if (isHere && here.contains(port)) {
      return true;
    }
    if (redisHost == null || port != redisPort) {
      return false;
    }
    try {
      return isHere || names.addresses(redisHost).contains(address);
    } catch (NotAsked e) {
      return true; // where Redis is cannot be known now
    }
  }
}
