package io.mirrorneuron.runtime.exec.spawn;

import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.runtime.exec.spawn.Spawner.ChildStart;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;

/**
 * Tells whose a process is by a limit that it inherited: real time without a pause, so large that
 * it limits nothing. Neither a new session nor an empty environment nor the death of all ancestors
 * removes it. A program has it from its first moment, as this process has it while it starts one; a
 * confined program cannot change it ({@link ConfinedParent.CallFilter}), another one can lower it.
 * Upper half: the runtime; lower half: the number of the start. Thread-safe.
 */
public final class LimitMark {
  private static final boolean AVAILABLE = PosixSpawner.isAvailable();

  /** Of all starts of this process; a start has never number 0. */
  private static final AtomicInteger STARTS = new AtomicInteger();

  private final long runtime;

  public LimitMark(String runtimeId) {
    // Never zero, and far below what means "no limit".
    this.runtime = (runtimeId.hashCode() & 0x3fff_ffffL) | 0x4000_0000L;
  }

  /** A number that no other start of this process has. */
  int next() {
    return STARTS.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
  }

  /** Starts a program that has the mark, as has all that it will start. */
  ChildStart.Started put(int number, ChildStart start) throws IOException {
    Lock starts = HelperProcessMark.starts();
    starts.lock();
    try {
      ProcessCalls.limitOwnRealTime(runtime << 32 | number);
      ChildStart.Started started = start.run();
      // It cannot raise it any more.
      ProcessCalls.limitRealTime(started.pid(), runtime << 32 | number);
      return started;
    } finally {
      ProcessCalls.limitOwnRealTime(ProcessCalls.NO_LIMIT);
      starts.unlock();
    }
  }

  /** The start by this runtime that the process descends from; 0 when there is none. */
  public int startOf(int pid) {
    long limit = AVAILABLE ? ProcessCalls.realTimeLimit(pid) : -1;
    return limit >>> 32 == runtime ? (int) limit : 0;
  }
}
