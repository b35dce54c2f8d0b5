package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.HostedPrograms.Outlet;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the events of a remote task to one listener, in order. Confined to one thread. */
final class RemoteTaskStream {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteTaskStream.class);
  private static final int PART = 256 << 10;
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);

  private final RemoteTaskRun run;
  private final Outlet to;
  private final long epoch;
  private RemoteEvent begun;
  private long sent;

  /**
   * @param epoch of the listening owner
   * @param after number of the last event received
   */
  RemoteTaskStream(RemoteTaskRun run, Outlet to, long epoch, long after) {
    this.run = run;
    this.to = to;
    this.epoch = epoch;
    this.sent = after;
    this.begun = run.begun(after);
  }

  /** Sends events until all are acknowledged, the outlet closes, or another listener takes over. */
  void serve() throws InterruptedException {
    try {
      while (isOpen()) {
        if (!tellNext()) {
          to.await(SIGN_OF_LIFE);
          if (isOpen() && !tellNext()) {
            to.send(new Part(0, RemoteEvent.SIGN_OF_LIFE, "", new byte[0], false));
          }
        }
      }
    } finally {
      close();
    }
  }

  /** Whether there may be further events. */
  boolean isOpen() {
    return to.isOpen() && run.isServed(to, epoch) && !run.isSettled();
  }

  /** Sends one event; false when there is none now. */
  boolean tellNext() {
    if (begun != null) {
      send(begun);
      begun = null;
      return true;
    }
    RemoteEvent next = run.after(sent);
    if (next != null) {
      send(next);
      sent = next.number();
    }
    return next != null;
  }

  void close() {
    run.leave(to);
  }

  /** Unreadable content ends early; the receiver detects that by length or hash. */
  private void send(RemoteEvent reported) {
    long left = reported.content().size();
    try (InputStream in = reported.content().open()) {
      do {
        byte[] part = in.readNBytes((int) Math.min(PART, left));
        left = part.length == 0 ? 0 : left - part.length;
        to.send(new Part(reported.number(), reported.kind(), reported.name(), part, left > 0));
      } while (left > 0 && to.isOpen());
    } catch (IOException e) {
      LOG.warn("{} of execution {} is lost", reported.name(), run.execution().executionId(), e);
      to.send(new Part(reported.number(), reported.kind(), reported.name(), new byte[0], false));
    }
  }
}
