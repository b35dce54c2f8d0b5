package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Starts programs as {@code vfork} does: no helper process, no copy of this process's page tables,
 * a session of its own at no extra cost. One {@link Reactor} thread serves them all.
 */
final class PosixSpawner implements Spawner {
  /** How far the kernel's count of memory may be off, in bytes. */
  private static final long SLACK = 4 << 20;

  private final Reactor reactor = new Reactor();
  private final ProcessTable processes = new ProcessTable();
  private final LimitMark mark;
  private final boolean isDirect;

  /** The peak of this process so far; it only grows. */
  private volatile long ownPeak;

  /**
   * @param isDirect whether programs of no control group are started by {@link DirectStart}
   */
  PosixSpawner(LimitMark mark, boolean isDirect) {
    this.mark = mark;
    this.isDirect = isDirect;
  }

  /** Whether this machine has all calls that are needed. */
  static boolean isAvailable() {
    try {
      return DirectStart.isAvailable() || SpawnCalls.ATTRIBUTES.byteSize() > 0;
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }

  @Override
  public Child spawn(Program program, Watcher watcher) throws IOException {
    int[] out = Libc.pipe();
    int[] err = secondPipe(out);
    int number = mark.next();
    ChildStart.Started started;
    try {
      started = start(number, program, out[1], err[1]);
    } catch (IOException e) {
      Libc.close(out[0]);
      Libc.close(err[0]);
      throw e;
    } finally {
      Libc.close(out[1]);
      Libc.close(err[1]);
    }
    return new PosixChild(number, started, out[0], err[0], watcher);
  }

  private static int[] secondPipe(int[] first) throws IOException {
    try {
      return Libc.pipe();
    } catch (IOException e) {
      Libc.close(first[0]);
      Libc.close(first[1]);
      throw e;
    }
  }

  private ChildStart.Started start(int number, Program program, int out, int err)
      throws IOException {
    if (!isDirect || program.group() != null) {
      return inTurn(number, () -> ProgramCall.start(program, out, err));
    }
    try (DirectStart ready = DirectStart.ready(program, out, err)) {
      return inTurn(number, ready::run);
    }
  }

  private ChildStart.Started inTurn(int number, ChildStart start) throws IOException {
    return Adoption.started(number, () -> mark.put(number, start));
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
  public boolean setsLimits() {
    return isDirect;
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
    PosixChild(int number, ChildStart.Started started, int out, int err, Watcher watcher)
        throws IOException {
      this.number = number;
      this.pid = started.pid();
      try {
        streams.add(reactor.watch(out, fd -> pump(fd, watcher::stdout, watcher)));
        streams.add(reactor.watch(err, fd -> pump(fd, watcher::stderr, watcher)));
        reactor.watch(
            started.handle(),
            _ -> {
              watcher.exited();
              return false;
            });
      } catch (IOException e) {
        if (streams.isEmpty()) {
          Libc.close(err);
        }
        if (streams.size() < 2) {
          Libc.close(started.handle());
        }
        signal(Signal.KILL);
        reap();
        close();
        throw e;
      }
    }

    private boolean pump(int fd, Consumer<ByteBuffer> sink, Watcher watcher) {
      ByteBuffer read = reactor.read(fd);
      if (read != null) {
        sink.accept(read);
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
