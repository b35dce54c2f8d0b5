package io.mirrorneuron.runtime.exec.spawn;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for the pipes and the ends of all programs of a {@link PosixSpawner}.
 * Readiness is level-triggered and each event is answered by one bounded read, so a program that
 * prints without pause cannot keep the others from being heard.
 */
final class Reactor implements AutoCloseable {
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
        // Closing alone may not be enough: a child between fork and exec holds a copy for a moment.
        Epoll.remove(epoll, fd);
        Libc.close(fd);
      }
    }
  }
}
