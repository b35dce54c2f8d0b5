package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Starts programs, each as the leader of a session and process group of its own, with no input,
 * with two pipes as output and with no other open file. Thread-safe.
 */
public interface Spawner extends AutoCloseable {

  /**
   * Starts the program; returns when it runs.
   *
   * @throws IOException with one sentence for people when it cannot be started
   */
  Child spawn(Program program, Watcher watcher) throws IOException;

  /** A program could not be started: this machine has not the means for another process. */
  final class NoMeansException extends IOException {
    private static final long serialVersionUID = 1L;

    NoMeansException(String message) {
      super(message);
    }
  }

  /** Whether programs can begin inside a {@link Landlock#domain}. */
  boolean canConfine();

  /** Whether programs are given {@link Program#group}. */
  default boolean canEnterGroups() {
    return false;
  }

  /** Whether programs that enter no group begin with their {@link Program#limits}. */
  default boolean setsLimits() {
    return false;
  }

  /** Stops watching. Programs that still run are not ended. */
  @Override
  void close();

  /**
   * The native form where the C library has what it needs, else the portable one.
   *
   * @param runtimeId marks the programs
   */
  static Spawner best(String runtimeId) {
    return PosixSpawner.isAvailable()
        ? new PosixSpawner(new LimitMark(runtimeId), DirectStart.isAvailable())
        : new JdkSpawner();
  }

  /**
   * Hears from a program. Calls may come from several threads, but for one stream only from one at
   * a time; they must not block. Buffers have an array, and are valid only during the call.
   */
  interface Watcher {
    void stdout(ByteBuffer bytes);

    void stderr(ByteBuffer bytes);

    /** Both streams came to their end: nobody can write any more. */
    void drained();

    /** The program itself has ended; others of its group may live on. */
    void exited();
  }

  enum Signal {
    TERM(15),
    KILL(9);

    final int number;

    Signal(int number) {
      this.number = number;
    }
  }

  /**
   * How a program ended.
   *
   * @param exitCode {@code 128 + signal} after a deadly signal
   * @param cpu processor time of the program and of all children that it waited for; zero when the
   *     system did not say
   * @param peakBytes memory that the largest of them had at its height; 0 when the system did not
   *     say
   */
  record End(int exitCode, Duration cpu, long peakBytes) {}

  /** A started program. Not thread-safe: one thread signals and reaps it. */
  interface Child extends AutoCloseable {
    /** Process id, which is also the id of its session and its process group. */
    int pid();

    /**
     * Collects what is left of the program. Only after {@link Watcher#exited}; until then the id
     * cannot be given to another process.
     */
    End reap();

    /** Signals the whole group; false when no process of it is left. */
    boolean signal(Signal signal);

    /** Whether the group has a process, zombies included. */
    boolean isGroupAlive();

    /** Whether the process carries the mark of this program; false where there are no marks. */
    boolean isAncestorOf(int pid);

    /** Stops reading the output; from now on the program does not count as running. */
    @Override
    void close();
  }

  /** Starts a program. */
  @FunctionalInterface
  interface ChildStart {
    /**
     * A program that runs.
     *
     * @param handle a descriptor that becomes readable when it ends
     */
    record Started(int pid, int handle) {}

    Started run() throws IOException;
  }
}
