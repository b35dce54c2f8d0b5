package io.mirrorneuron.runtime.exec.spawn;

/**
 * Tells whose a process is by a limit that it inherited: real time without a pause, so large that
 * it limits nothing. Neither a new session nor an empty environment nor the death of all ancestors
 * removes it, and only an administrator can raise it. Upper half: the runtime; lower half: the
 * process id of the program that the process descends from. Thread-safe.
 */
public final class LimitMark {
  private static final boolean AVAILABLE = PosixSpawner.isAvailable();

  private final long runtime;

  public LimitMark(String runtimeId) {
    // Never zero, and far below what means "no limit".
    this.runtime = (runtimeId.hashCode() & 0x3fff_ffffL) | 0x4000_0000L;
  }

  /** Marks a program that was just started, what it has started by now and all that it will. */
  void put(int leader, ProcessTable processes) {
    put(leader, leader, processes);
  }

  private void put(int leader, int pid, ProcessTable processes) {
    ProcessCalls.limitRealTime(pid, runtime << 32 | leader);
    // What it starts from now on inherits the mark.
    processes.firstChildrenOf(pid).forEach(child -> put(leader, child, processes));
  }

  /** The program of this runtime that the process descends from; 0 when there is none. */
  public int leaderOf(int pid) {
    long limit = AVAILABLE ? ProcessCalls.realTimeLimit(pid) : -1;
    return limit >>> 32 == runtime ? (int) limit : 0;
  }
}
