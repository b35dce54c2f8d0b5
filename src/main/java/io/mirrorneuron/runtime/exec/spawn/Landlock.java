package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/**
 * Lets programs begin inside a Landlock domain of Linux: what is not given is refused by the
 * kernel, for them and all that they start, for ever. A program enters its domain itself, before
 * its first instruction: by {@link DirectStart} or the {@link Launcher}.
 */
public final class Landlock {
  /** The same numbers on every architecture. */
  private static final long CREATE_RULESET = 444;

  private static final long ADD_RULE = 445;
  private static final long RESTRICT_SELF = 446;

  private static final long VERSION_FLAG = 1;
  private static final long PATH_BENEATH = 1;

  /** Neither abstract sockets nor signals reach processes outside. */
  private static final long ALL_SCOPES = 1 | 1 << 1;

  private static final int SCOPES_SINCE = 6;

  /** Before it, nothing could be moved from one folder to another. */
  private static final int OLDEST = 2;

  /** Three numbers of eight bytes: files, network, scopes. */
  private static final long ATTRIBUTES = 24;

  private static final int VERSION = (int) call(CREATE_RULESET, 0, 0, VERSION_FLAG, 0);

  private Landlock() {}

  /** All rights that the kernel refuses unless they are given. */
  static long handled() {
    return FolderAccess.handled(VERSION);
  }

  /** Whether the kernel knows all that is needed; what it then enforces must be tried. */
  public static boolean isKnown() {
    try {
      return PosixSpawner.isAvailable()
          && VERSION >= OLDEST
          && (DirectStart.isAvailable() || Launcher.isAvailable());
    } catch (LinkageError e) {
      return false;
    }
  }

  /**
   * A domain.
   *
   * @param standing what is given to all programs alike
   * @param own what is given besides, by real path; what is not there is left out
   */
  public static Domain domain(AccessRules standing, Map<Path, FolderAccess> own) {
    return () -> {
      int ruleset = ruleset();
      try (Arena arena = Arena.ofConfined();
          AccessRules more = AccessRules.of(arena, own)) {
        add(standing, ruleset);
        add(more, ruleset);
        return ruleset;
      } catch (IOException | RuntimeException e) {
        Libc.close(ruleset);
        throw e;
      }
    };
  }

  /**
   * Runs a task inside a domain, on a thread of its own. Not while a program may be in the same
   * domain: it could reach that thread.
   */
  public static int tried(Domain domain, IntSupplier task) throws IOException {
    int ruleset = domain.ruleset();
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                ProcessCalls.control(Privileges.PR_SET_NO_NEW_PRIVS, 1);
                return call(RESTRICT_SELF, ruleset, 0, 0, 0) == 0 ? task.getAsInt() : -1;
              },
              work -> Thread.ofPlatform().name("mn-domain-trial").start(work))
          .join();
    } finally {
      Libc.close(ruleset);
    }
  }

  private static void add(AccessRules rules, int ruleset) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CFunction.state(arena);
      for (int i = 0; i < rules.size(); i++) {
        long rule = rules.address(i);
        check(
            "no rule could be made",
            Libc.system(state, ADD_RULE, ruleset, PATH_BENEATH, rule, 0, 0));
      }
    }
    Reference.reachabilityFence(rules); // its descriptors are closed with it
  }

  private static int ruleset() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, 8);
      attributes.setAtIndex(JAVA_LONG, 0, handled());
      attributes.setAtIndex(JAVA_LONG, 2, VERSION >= SCOPES_SINCE ? ALL_SCOPES : 0);
      return (int)
          check(
              "no ruleset could be made",
              call(CREATE_RULESET, attributes.address(), ATTRIBUTES, 0, 0));
    }
  }

  private static long check(String what, long result) throws IOException {
    if (result < 0) {
      throw Libc.failure(what, (int) -result);
    }
    return result;
  }

  /** The result, or a negative error number. */
  private static long call(long number, long first, long second, long third, long fourth) {
    return Libc.system(number, first, second, third, fourth, 0);
  }
}
