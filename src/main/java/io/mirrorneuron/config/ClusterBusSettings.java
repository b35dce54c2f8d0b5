package io.mirrorneuron.config;

import io.mirrorneuron.config.JwtSettings.PemFiles;
import java.util.List;

/**
 * The event bus that servers and programs of others share. Nothing that must be right goes over it.
 *
 * @param isOn whether this process is a member
 * @param host address of this machine at which the other members reach both ports
 * @param port of the membership protocol
 * @param busPort of messages; 0: any free one
 * @param members {@code host:port} of others that may be there already
 * @param name of the cluster; members of another one are refused
 * @param tls for the messages; null for plain text
 */
public record ClusterBusSettings(
    boolean isOn,
    String host,
    int port,
    int busPort,
    List<String> members,
    String name,
    PemFiles tls) {
  public static final String HOST = "vertx.cluster.host";

  public ClusterBusSettings {
    members = List.copyOf(members);
  }

  /**
   * What forbids it: a door that other machines reach and that asks nobody who calls.
   *
   * @param asksWhoCalls whether callers must have a token
   */
  public List<String> faults(boolean asksWhoCalls) {
    boolean isOpen = isOn && !HostName.isLoopback(host) && !asksWhoCalls;
    return isOpen
        ? List.of(
            HOST
                + " "
                + host
                + " can be reached from other machines: set api.token (MN_API_TOKEN) or"
                + " auth.jwt.algorithms, or name localhost")
        : List.of();
  }
}
