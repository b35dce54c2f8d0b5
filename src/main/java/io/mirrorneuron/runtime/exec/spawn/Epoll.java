package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The kernel's list of descriptors that are watched together, as {@link Reactor} needs it. */
final class Epoll {
  private static final int EPOLLIN = 1;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;

  /** {@code struct epoll_event} is packed on x86-64 and naturally aligned elsewhere. */
  private static final int EVENT_DATA =
      System.getProperty("os.arch").matches("amd64|x86_64") ? 4 : 8;

  static final int EVENT_BYTES = EVENT_DATA + 8;

  private static final MethodHandle EPOLL_CREATE = Libc.call("epoll_create1", JAVA_INT, JAVA_INT);
  private static final MethodHandle EPOLL_CTL =
      Libc.call("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle EPOLL_WAIT =
      Libc.call("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private Epoll() {}

  static int create() {
    try (Arena arena = Arena.ofConfined()) {
      int fd = (int) EPOLL_CREATE.invokeExact(Libc.state(arena), Libc.O_CLOEXEC);
      if (fd < 0) {
        throw new IllegalStateException("epoll is not available");
      }
      return fd;
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  static void add(int epoll, int fd, long token) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      MemorySegment event = arena.allocate(EVENT_BYTES, 8);
      event.set(JAVA_INT, 0, EPOLLIN);
      event.set(ValueLayout.JAVA_LONG_UNALIGNED, EVENT_DATA, token);
      if ((int) EPOLL_CTL.invokeExact(state, epoll, EPOLL_CTL_ADD, fd, event) != 0) {
        throw Libc.failure("descriptor cannot be watched", Libc.errno(state));
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  static void remove(int epoll, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          (int)
              EPOLL_CTL.invokeExact(
                  Libc.state(arena), epoll, EPOLL_CTL_DEL, fd, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Waits for events without limit; their number, or -1 when it was interrupted. */
  static int await(MemorySegment state, int epoll, MemorySegment events) {
    try {
      int room = (int) (events.byteSize() / EVENT_BYTES);
      return (int) EPOLL_WAIT.invokeExact(state, epoll, events, room, -1);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  static long token(MemorySegment events, int index) {
    return events.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + EVENT_DATA);
  }
}
