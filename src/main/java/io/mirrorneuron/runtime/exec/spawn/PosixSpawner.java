package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mirrorneuron.runtime.exec.spawn.Spawner.ChildStart;
import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /**
   * One thread that waits for the pipes and the ends of all programs of a {@link PosixSpawner}.
   * Readiness is level-triggered and each event is answered by one bounded read, so a program that
   * prints without pause cannot keep the others from being heard.
   */
  private static final class Reactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reactor.class);
    private static final int READ_BYTES = 64 * 1024;
    private static final int EVENTS = 64;

    /**
     * Called on the reactor's thread when the descriptor is readable; answers false when it is not
     * needed any more.
     */
    @FunctionalInterface
    interface Handler {
      boolean ready(int fd);
    }

    private final int epoll = Epoll.create();
    private final ConcurrentMap<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final int wakeUp;
    private volatile boolean closed;

    // Used by the reactor's thread alone.
    private final MemorySegment state = CFunction.state(Arena.ofAuto());
    private final MemorySegment buffer = Arena.ofAuto().allocate(READ_BYTES);
    private final byte[] came = new byte[READ_BYTES];

    Reactor() {
      try {
        int[] ends = Libc.pipe();
        watch(ends[0], _ -> false);
        wakeUp = ends[1];
      } catch (IOException e) {
        throw new IllegalStateException("process reactor cannot start", e);
      }
      Thread.ofPlatform().daemon().name("mn-process-reactor").start(this::loop);
    }

    /** Takes over the descriptor: closes it when the handler is done or the watch is closed. */
    Watch watch(int fd, Handler handler) throws IOException {
      var watch = new Watch(tokens.incrementAndGet(), fd, handler);
      watches.put(watch.token, watch);
      try {
        Epoll.add(epoll, fd, watch.token);
      } catch (IOException e) {
        watches.remove(watch.token);
        Libc.close(fd);
        throw e;
      }
      return watch;
    }

    /**
     * One read, from a handler.
     *
     * @return what came, in an array that the next read fills again; null at the end
     */
    ByteBuffer read(int fd) {
      int count = Libc.read(state, fd, buffer);
      if (count == -Libc.EINTR) {
        return ByteBuffer.wrap(came, 0, 0);
      }
      if (count <= 0) {
        return null;
      }
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, came, 0, count);
      return ByteBuffer.wrap(came, 0, count);
    }

    private void loop() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment events = arena.allocate((long) EVENTS * Epoll.EVENT_BYTES, 8);
        MemorySegment waitState = CFunction.state(arena);
        while (!closed) {
          int count = Epoll.await(waitState, epoll, events);
          for (int i = 0; i < count; i++) {
            Watch watch = watches.get(Epoll.token(events, i));
            if (watch != null) {
              watch.ready();
            }
          }
        }
      }
      watches.values().forEach(Watch::close);
      Libc.close(epoll);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        Libc.close(wakeUp);
      }
    }

    final class Watch implements AutoCloseable {
      private final long token;
      private final int fd;
      private final Handler handler;
      private boolean open = true;

      private Watch(long token, int fd, Handler handler) {
        this.token = token;
        this.fd = fd;
        this.handler = handler;
      }

      private synchronized void ready() {
        boolean more = false;
        try {
          more = open && handler.ready(fd);
        } catch (RuntimeException e) {
          LOG.error("handler of a process descriptor failed", e);
        }
        if (!more) {
          close();
        }
      }

      @Override
      public synchronized void close() {
        if (open) {
          open = false;
          watches.remove(token);
          // Closing alone may not be enough: a child between fork and exec holds a copy for a
          // moment.
          Epoll.remove(epoll, fd);
          Libc.close(fd);
        }
      }
    }

    /** The kernel's list of descriptors that are watched together, as {@link Reactor} needs it. */
    private static final class Epoll {
      private static final int EPOLLIN = 1;
      private static final int EPOLL_CTL_ADD = 1;
      private static final int EPOLL_CTL_DEL = 2;

      /** {@code struct epoll_event} is packed on x86-64 and naturally aligned elsewhere. */
      private static final int EVENT_DATA =
          System.getProperty("os.arch").matches("amd64|x86_64") ? 4 : 8;

      static final int EVENT_BYTES = EVENT_DATA + 8;

      private static final CFunction EPOLL_CREATE = CFunction.of("epoll_create1");
      private static final CFunction EPOLL_CTL = CFunction.of("epoll_ctl");
      private static final CFunction EPOLL_WAIT = CFunction.of("epoll_wait");

      private Epoll() {}

      static int create() {
        int fd = EPOLL_CREATE.call(Libc.O_CLOEXEC);
        if (fd < 0) {
          throw new IllegalStateException("epoll is not available");
        }
        return fd;
      }

      static void add(int epoll, int fd, long token) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment event = arena.allocate(EVENT_BYTES, 8);
          event.set(JAVA_INT, 0, EPOLLIN);
          event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA, token);
          int error = EPOLL_CTL.call(epoll, EPOLL_CTL_ADD, fd, event.address());
          if (error != 0) {
            throw Libc.failure("descriptor cannot be watched", -error);
          }
        }
      }

      static void remove(int epoll, int fd) {
        EPOLL_CTL.call(epoll, EPOLL_CTL_DEL, fd);
      }

      /**
       * Waits for events without limit; their number, or a negative one when it was interrupted.
       *
       * @param state of {@link CFunction#state}
       */
      static int await(MemorySegment state, int epoll, MemorySegment events) {
        long room = events.byteSize() / EVENT_BYTES;
        return (int) EPOLL_WAIT.callWith(state, epoll, events.address(), room, -1);
      }

      static long token(MemorySegment events, int index) {
        return events.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + EVENT_DATA);
      }
    }
  }
}
