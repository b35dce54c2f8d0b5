package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Starts programs by {@code posix_spawn}: no helper process, no copy of this process's page tables,
 * a session of its own at no extra cost. One {@link Reactor} thread serves them all.
 */
final class PosixSpawner implements Spawner {
  /** How far the kernel's count of memory may be off, in bytes. */
  private static final long SLACK = 4 << 20;

  private final Reactor reactor = new Reactor();
  private final ProcessTable processes = new ProcessTable();
  private final LimitMark mark;

  /** The peak of this process so far; it only grows. */
  private volatile long ownPeak;

  PosixSpawner(LimitMark mark) {
    this.mark = mark;
  }

  /** Whether this machine has all calls that are needed. */
  static boolean isAvailable() {
    try {
      return SpawnCalls.ATTRIBUTES.byteSize() > 0;
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }

  @Override
  public Child spawn(Program program, Watcher watcher) throws IOException {
    int[] out = Libc.pipe();
    int[] err;
    try {
      err = Libc.pipe();
    } catch (IOException e) {
      Libc.close(out[0]);
      Libc.close(out[1]);
      throw e;
    }
    int number = mark.next();
    int pid;
    int group = -1;
    try {
      group = program.group() == null ? -1 : PathHandle.openForWriting(program.group());
      var files = new ProgramCall.Files(out[1], err[1], group);
      pid =
          Adoption.started(number, () -> mark.put(number, () -> ProgramCall.start(program, files)));
    } catch (IOException e) {
      Libc.close(out[0]);
      Libc.close(err[0]);
      throw e;
    } finally {
      Libc.close(out[1]);
      Libc.close(err[1]);
      if (group >= 0) {
        Libc.close(group);
      }
    }
    return new PosixChild(number, pid, out[0], err[0], watcher);
  }

  /**
   * The peak memory of this server. Before exec a child shares the memory of this server, and the
   * kernel counts that as the child's own peak; so a child's peak tells something only when it is
   * larger than the server's.
   *
   * @param claimed peak of a child; the server's is read anew only when the last one read is
   *     smaller
   */
  private long ownPeak(long claimed) {
    if (claimed > ownPeak) {
      ownPeak = processes.peakBytes((int) ProcessHandle.current().pid());
    }
    return ownPeak;
  }

  @Override
  public boolean canConfine() {
    return Landlock.isKnown();
  }

  @Override
  public boolean canEnterGroups() {
    return true;
  }

  @Override
  public void close() {
    reactor.close();
  }

  private final class PosixChild implements Child {
    private final int number;
    private final int pid;
    private final List<Reactor.Watch> streams = new ArrayList<>(2);
    private final AtomicInteger openStreams = new AtomicInteger(2);
    private boolean reaped;

    /** Takes over the descriptors, also when it fails. */
    PosixChild(int number, int pid, int out, int err, Watcher watcher) throws IOException {
      this.number = number;
      this.pid = pid;
      try {
        streams.add(reactor.watch(out, fd -> pump(fd, watcher::stdout, watcher)));
        streams.add(reactor.watch(err, fd -> pump(fd, watcher::stderr, watcher)));
        reactor.watch(
            Libc.pidfd(pid),
            _ -> {
              watcher.exited();
              return false;
            });
      } catch (IOException e) {
        if (streams.isEmpty()) {
          Libc.close(err);
        }
        signal(Signal.KILL);
        reap();
        close();
        throw e;
      }
    }

    private boolean pump(int fd, Consumer<ByteBuffer> sink, Watcher watcher) {
      MemorySegment read = reactor.read(fd);
      if (read != null) {
        sink.accept(read.asByteBuffer());
        return true;
      }
      if (openStreams.decrementAndGet() == 0) {
        watcher.drained();
      }
      return false;
    }

    @Override
    public int pid() {
      return pid;
    }

    @Override
    public End reap() {
      End end = Libc.await(pid);
      reaped = true;
      return end.peakBytes() > ownPeak(end.peakBytes()) + SLACK
          ? end
          : new End(end.exitCode(), end.cpu(), 0);
    }

    @Override
    public boolean signal(Signal signal) {
      return Libc.kill(-pid, signal.number);
    }

    @Override
    public boolean isGroupAlive() {
      if (reaped) {
        ProcessCalls.collect(-pid); // members that came to this process when their parents ended
      }
      return Libc.kill(-pid, 0);
    }

    @Override
    public boolean isAncestorOf(int other) {
      return mark.startOf(other) == number;
    }

    @Override
    public void close() {
      streams.forEach(Reactor.Watch::close);
      Adoption.ended(number, pid);
    }
  }
}
