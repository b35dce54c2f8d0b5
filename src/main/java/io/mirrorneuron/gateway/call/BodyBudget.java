package io.mirrorneuron.gateway.call;

import io.mirrorneuron.model.MnException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory limit for all bodies together, from their first byte until their request is answered.
 * Thread-safe.
 */
public final class BodyBudget {
  private static final int RETRY_AFTER_MS = 1000;

  private final long mostBytes;
  private final AtomicLong heldBytes = new AtomicLong();

  public BodyBudget(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * @param part for example 8 for an eighth of the heap
   */
  public static BodyBudget ofHeap(int part) {
    return new BodyBudget(Runtime.getRuntime().maxMemory() / part);
  }

  /** Starts the share of a request, with 0 bytes. */
  Share open() {
    return new Share();
  }

  /** The bytes of one request. Runs on its event loop. */
  final class Share {
    private long bytes;
    private boolean closed;

    /** Reserves more bytes; returns whether there was room. */
    boolean take(long more) {
      if (closed || heldBytes.addAndGet(more) > mostBytes) {
        heldBytes.addAndGet(closed ? 0 : -more);
        return false;
      }
      bytes += more;
      return true;
    }

    /** Releases all bytes; later reservations fail. */
    void close() {
      closed = true;
      heldBytes.addAndGet(-bytes);
      bytes = 0;
    }

    MnException full() {
      return MnException.unavailable(
              "the bodies that arrive now hold "
                  + mostBytes
                  + " bytes, as many as they may; send"
                  + " it again later or give the server more memory by MN_JVM_HEAP",
              null)
          .withRetryAfter(RETRY_AFTER_MS);
    }
  }
}
