package io.mirrorneuron.testing;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces that stand for hosts, joined by a switch in a namespace of its own, so that
 * nothing is added to the machine's network. Files, processes and clocks are those of the machine.
 * Needs Linux, root and {@code ip}.
 */
public final class Hosts implements AutoCloseable {
  private static final String NET = "10.79.0.";

  /** As in {@code sched.h} of Linux. */
  private static final int CLONE_NEWNET = 0x40000000;

  private final String prefix = "mnt" + ProcessHandle.current().pid() % 100_000 + "-";
  private final int count;

  private Hosts(int count) {
    this.count = count;
  }

  /** Why there can be no such hosts here; null when there can. */
  public static String obstacle() {
    try {
      if (!Files.isExecutable(Path.of("/usr/sbin/ip"))
          && !Files.isExecutable(Path.of("/sbin/ip"))) {
        return "network namespaces need the program ip";
      }
      Process probe = new ProcessBuilder("ip", "netns", "add", "mnt-probe").start();
      if (probe.waitFor() != 0) {
        return "network namespaces need root";
      }
      new ProcessBuilder("ip", "netns", "del", "mnt-probe").start().waitFor();
      return null;
    } catch (IOException e) {
      return "network namespaces cannot be made: " + e.getMessage();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Hosts 1 to {@code count}, each of which reaches the others. */
  public static Hosts up(int count) {
    Hosts hosts = new Hosts(count);
    try {
      hosts.make();
      return hosts;
    } catch (AssertionError e) {
      hosts.close();
      throw e;
    }
  }

  private void make() {
    String hub = name(0);
    ip("netns", "add", hub);
    ip("-n", hub, "link", "add", "br0", "type", "bridge");
    ip("-n", hub, "link", "set", "br0", "up");
    for (int i = 1; i <= count; i++) {
      ip("netns", "add", name(i));
      ip("-n", name(i), "link", "set", "lo", "up");
      ip(
          "-n", hub, "link", "add", "p" + i, "type", "veth", "peer", "name", "eth0", "netns",
          name(i));
      ip("-n", hub, "link", "set", "p" + i, "master", "br0", "up");
      ip("-n", name(i), "addr", "add", address(i) + "/24", "dev", "eth0");
      ip("-n", name(i), "link", "set", "eth0", "up");
    }
  }

  private String name(int host) {
    return prefix + host;
  }

  public String address(int host) {
    return NET + host;
  }

  /** The words of a command that runs on the host. */
  public List<String> on(int host, String... command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name(host)));
    words.addAll(Arrays.asList(command));
    return words;
  }

  /**
   * Does something in a thread of its own whose new sockets are those of the host, as if it were a
   * process there.
   */
  public <T> T from(int host, Callable<T> work) {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              enter(host);
              return work.call();
            });
    Thread.ofPlatform().daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Moves the calling thread, and no other one, into the host's network. */
  private void enter(int host) {
    try (Arena arena = Arena.ofConfined()) {
      String path = "/run/netns/" + name(host);
      int file = CFunction.of("open").call(arena.allocateFrom(path).address(), 0);
      int moved = CFunction.of("setns").call(file, CLONE_NEWNET);
      CFunction.of("close").call(file);
      if (moved != 0) {
        throw new AssertionError(path + " cannot be entered: error " + -moved);
      }
    }
  }

  /** Takes the cable out: others get no answer, not a refusal. */
  public void cut(int host) {
    Tally.count("cuts", 1);
    ip("-n", name(0), "link", "set", "p" + host, "down");
  }

  public void heal(int host) {
    ip("-n", name(0), "link", "set", "p" + host, "up");
  }

  /** Ends all that runs on the host, as a power cut does. */
  public void kill(int host) {
    for (String pid : ip("netns", "pids", name(host)).split("\\s+")) {
      if (!pid.isEmpty()) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(Tally::kill);
      }
    }
  }

  @Override
  public void close() {
    for (int i = 0; i <= count; i++) {
      try {
        new ProcessBuilder("ip", "netns", "del", name(i)).start().waitFor();
      } catch (IOException e) {
        throw new AssertionError(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What it says. */
  private static String ip(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(Arrays.asList(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
