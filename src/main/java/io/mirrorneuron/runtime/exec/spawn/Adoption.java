package io.mirrorneuron.runtime.exec.spawn;

import io.mirrorneuron.runtime.exec.spawn.Spawner.ChildStart;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Processes that the kernel gave to this one because their parents ended: what programs left behind
 * when they hide. Children that were started otherwise are in this process's own session, which no
 * program can enter. For the whole process; thread-safe.
 */
public final class Adoption {
  /** Programs that were started here and are not through, by process id. */
  private static final Set<Integer> LEADERS = ConcurrentHashMap.newKeySet();

  /** The numbers of their starts, from before they begin. */
  private static final Set<Integer> STARTED = ConcurrentHashMap.newKeySet();

  /** At one look; the next one goes on. */
  private static final int COLLECTED = 10_000;

  /** Its read half is held from the start of a program until it is listed. */
  private static final ReadWriteLock STARTS = new ReentrantReadWriteLock();

  /** Orphans that were collected since {@link #collected}. */
  private static final AtomicInteger COUNT = new AtomicInteger();

  private static volatile boolean begun;

  private Adoption() {}

  /**
   * From now on orphans come to this process. Only for a process that is a server and nothing else:
   * an orphan in another session is taken for one of a program.
   */
  public static void begin() {
    begun = PosixSpawner.isAvailable() && ProcessCalls.adoptOrphans(true);
  }

  /** Makes what {@link #begin} and starts of programs need; other work can go on meanwhile. */
  public static void prepare() {
    Thread.ofPlatform().daemon().name("mn-spawn-calls").start(PosixSpawner::isAvailable);
  }

  /** Whether orphans come to this process. */
  public static boolean hasBegun() {
    return begun;
  }

  /** The opposite of {@link #begin}. */
  public static void end() {
    begun = begun && !ProcessCalls.adoptOrphans(false);
  }

  /**
   * Starts a program that counts as running until {@link #ended}.
   *
   * @param number of the start
   */
  static ChildStart.Started started(int number, ChildStart start) throws IOException {
    STARTED.add(number);
    STARTS.readLock().lock();
    try {
      ChildStart.Started started = start.run();
      LEADERS.add(started.pid());
      return started;
    } catch (IOException | RuntimeException e) {
      STARTED.remove(number);
      throw e;
    } finally {
      STARTS.readLock().unlock();
    }
  }

  static void ended(int number, int leader) {
    LEADERS.remove(leader);
    STARTED.remove(number);
  }

  /** Whether the start with this number was made here and its program is not through. */
  public static boolean isRunning(int number) {
    return STARTED.contains(number);
  }

  /** Collects orphans that have ended, so that they do not use up the numbers of processes. */
  public static void collect() {
    if (!begun) {
      return;
    }
    int own = ProcessCalls.session(0);
    for (int i = 0; i < COLLECTED; i++) {
      int pid = ProcessCalls.ended();
      if (pid == 0 || LEADERS.contains(pid) || ProcessCalls.session(pid) == own) {
        return; // who waits for it comes first; the rest at the next look
      }
      STARTS.writeLock().lock(); // a program that was seen half started is listed now
      STARTS.writeLock().unlock();
      if (LEADERS.contains(pid)) {
        return;
      }
      ProcessCalls.collect(pid);
      COUNT.incrementAndGet();
    }
  }

  /** How many were collected since the last call: many, where processes only start others. */
  public static int collected() {
    collect();
    return COUNT.getAndSet(0);
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
    long oldest =
        LEADERS.stream()
            .mapToLong(processes::started)
            .filter(started -> started != 0) // it is gone, and has started nothing since
            .min()
            .orElse(Long.MAX_VALUE);
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
