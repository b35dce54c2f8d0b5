package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.NodeSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.NodeRegistry.Holder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What this node is called among those that share its Redis. */
final class NodeName {
  private static final String LOCALHOST = "localhost";

  /** Where Linux tells the name of the host. */
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private static final long PAUSE_MS = 200;

  private NodeName() {}

  /**
   * @param hostname of this machine
   * @return of the form {@code <word>@<host>}
   */
  static String of(NodeSettings settings, String hostname) {
    NodeSettings.Network network = settings.network();
    String host = network.exposed() ? network.advertiseHost() : hostname;
    return settings.name().isEmpty() ? "mirror_neuron@" + host : settings.name();
  }

  /** The name of this machine, also where no address belongs to it. */
  static String hostname() {
    String resolved;
    try {
      resolved = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      resolved = LOCALHOST;
    }
    return resolved.equals(LOCALHOST) ? kernelName().orElse(LOCALHOST) : resolved;
  }

  private static Optional<String> kernelName() {
    try {
      return Optional.of(Files.readString(KERNEL).strip())
          .filter(name -> name.matches("[A-Za-z0-9_.-]{1,253}"));
    } catch (IOException e) {
      return Optional.empty(); // another system
    }
  }

  /**
   * Makes this data directory the one of its name. One that died a moment ago is waited for, for
   * its lifetime at most; one that sends heartbeats meanwhile lives.
   *
   * @param owner name and data directory
   * @throws MnException (CONFLICT) when another living data directory has the name, or others live
   *     with another lifetime
   */
  static void claim(NodeRegistry nodes, String owner) {
    long least = Long.MAX_VALUE;
    Optional<Holder> holder;
    while ((holder = Answers.await(nodes.claim(owner))).isPresent()) {
      long left = holder.get().livesForMs();
      if (left > least) {
        throw inUse(NodeRegistry.nameOf(owner));
      }
      least = left;
      pause();
    }
  }

  private static MnException inUse(String name) {
    return new MnException(
        ErrorCode.CONFLICT,
        "node_name_in_use",
        "another MirrorNeuron with this Redis is called %s; give this one another node.name (MN_NODE_NAME)"
            .formatted(name));
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("the start was interrupted", e);
    }
  }
}
