package io.mirrorneuron.runtime.exec.spawn;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Processes that the kernel gave to this one because their parents ended: what programs left behind
 * when they hide. Children that were started otherwise are in this process's own session, which no
 * program can enter. For the whole process; thread-safe.
 */
public final class Adoption {
  /** Programs that were started here and are not through. */
  private static final Set<Integer> LEADERS = ConcurrentHashMap.newKeySet();

  /** Its read half is held from the start of a program until it is listed. */
  private static final ReadWriteLock STARTS = new ReentrantReadWriteLock();

  private static volatile boolean begun;

  private Adoption() {}

  /**
   * From now on orphans come to this process. Only for a process that is a server and nothing else:
   * an orphan in another session is taken for one of a program.
   */
  public static void begin() {
    begun = PosixSpawner.isAvailable() && ProcessCalls.adoptOrphans(true);
  }

  /** The opposite of {@link #begin}. */
  public static void end() {
    begun = begun && !ProcessCalls.adoptOrphans(false);
  }

  @FunctionalInterface
  interface Start<E extends Exception> {
    /** Answers with the process id. */
    int run() throws E;
  }

  /** Starts a program that counts as running until {@link #ended}. */
  static <E extends Exception> int started(Start<E> start) throws E {
    STARTS.readLock().lock();
    try {
      int pid = start.run();
      LEADERS.add(pid);
      return pid;
    } finally {
      STARTS.readLock().unlock();
    }
  }

  static void ended(int leader) {
    LEADERS.remove(leader);
  }

  /** Whether the process is a program that was started here and is not through. */
  public static boolean isRunning(int leader) {
    return LEADERS.contains(leader);
  }

  /**
   * Orphans that started before all running programs, so that they belong to none of them; collects
   * those that have ended.
   */
  public static Set<Integer> orphans(ProcessTable processes) {
    if (!begun) {
      return Set.of();
    }
    int self = (int) ProcessHandle.current().pid();
    List<ProcessTable.Child> children = processes.childrenOf(self);
    int own = processes.session(self);
    STARTS.writeLock().lock(); // a program that was seen half started is listed now
    STARTS.writeLock().unlock();
    long oldest = LEADERS.stream().mapToLong(processes::started).min().orElse(Long.MAX_VALUE);
    var living = ConcurrentHashMap.<Integer>newKeySet();
    for (ProcessTable.Child child : children) {
      if (child.session() == own || LEADERS.contains(child.pid())) {
        continue;
      }
      if (child.hasEnded()) {
        ProcessCalls.collect(child.pid());
      } else if (child.started() < oldest) {
        living.add(child.pid());
      }
    }
    return living;
  }
}
