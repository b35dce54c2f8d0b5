package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The kernel's list of descriptors that are watched together, as {@link Reactor} needs it. */
final class Epoll {
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
