package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.GuestPrograms.Outlet;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.runtime.documents.far.SentSignal;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One program that runs here for a job of another node: keeps what its owner has not acknowledged,
 * and tells it as fast as that one listens. What a program prints is kept within a window; above
 * that it is lost and counted by who logs it. Thread-safe.
 */
final class GuestRun {
  private static final Logger LOG = LoggerFactory.getLogger(GuestRun.class);
  private static final int PART = 256 << 10;

  /** Of log lines and samples that are not acknowledged. */
  static final long WINDOW_BYTES = 4L << 20;

  private static final int MOST_BEACONS = 1000;
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);

  private final Execution execution;
  private final NavigableMap<Long, Told> events = new TreeMap<>();
  private long last;
  private long windowed;
  private int beacons;
  private boolean finished;
  private boolean asking;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private long unheardSince = System.nanoTime();
  private Told leased;
  private long epoch;
  private String owner;
  private Outlet outlet;

  GuestRun(Execution execution, String owner, long epoch) {
    this.execution = execution;
    this.owner = owner;
    this.epoch = epoch;
  }

  Execution execution() {
    return execution;
  }

  synchronized String owner() {
    return owner;
  }

  /** Whether the owner of this epoch may decide; then no earlier one may any more. */
  synchronized boolean obeys(String by, long newEpoch) {
    if (newEpoch < epoch) {
      return false;
    }
    epoch = newEpoch;
    owner = by;
    return true;
  }

  synchronized boolean isOf(long asked) {
    return asked == epoch;
  }

  /** Completes when the program has ended. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Whether nobody has listened for so long; asked again, for so long since. */
  synchronized boolean isUnheardFor(Duration time) {
    long now = System.nanoTime();
    boolean isLong = outlet == null && now - unheardSince >= time.toNanos();
    unheardSince = isLong || outlet != null ? now : unheardSince;
    return isLong;
  }

  /** It has asked people something. */
  synchronized void noteAsking() {
    asking = true;
  }

  synchronized boolean asksPeople() {
    return asking;
  }

  /** Whether the program has ended, and all that it did is told. */
  synchronized boolean isFinished() {
    return finished;
  }

  /** Whether its outcome has reached its owner for good. */
  synchronized boolean isSettled() {
    return finished && events.isEmpty();
  }

  synchronized void tell(Signal signal, byte[] bytes) {
    boolean isBeacon = signal instanceof Signal.Beacon;
    if (finished || isBeacon && beacons >= MOST_BEACONS) {
      return;
    }
    beacons += isBeacon ? 1 : 0;
    Told told = add(SentSignal.kind(signal), "", new Told.Bytes(bytes));
    if (signal instanceof Signal.Leased) {
      leased = told;
    }
    finished = signal instanceof Signal.Finished;
    if (finished) {
      ended.complete(null);
    }
  }

  /** Answers false when the window is full. */
  synchronized boolean record(String kind, byte[] lines) {
    if (finished || windowed + lines.length > WINDOW_BYTES) {
      return false;
    }
    windowed += lines.length;
    add(kind, "", new Told.Bytes(lines));
    return true;
  }

  synchronized void file(String kind, String name, Told.Stored file) {
    add(kind, name, file);
  }

  private Told add(String kind, String name, Told.Content content) {
    Told told = new Told(++last, kind, name, content);
    events.put(told.number(), told);
    if (outlet != null) {
      outlet.wake();
    }
    return told;
  }

  /** Forgets what has arrived. That it has its slots is told to each new owner. */
  synchronized void acknowledge(long asked, long number) {
    if (asked != epoch) {
      return;
    }
    Map<Long, Told> arrived = events.headMap(number, true);
    for (Told told : arrived.values()) {
      if (told.kind().equals(Told.LOGS) || told.kind().equals(Told.SAMPLES)) {
        windowed -= told.content().size();
      } else if (told.kind().equals(SentSignal.BEACON)) {
        beacons--;
      }
      told.content().drop();
    }
    arrived.clear();
    if (outlet != null) {
      outlet.wake();
    }
  }

  /** Nobody will hear of it any more. */
  synchronized void forget() {
    events.values().forEach(told -> told.content().drop());
    events.clear();
    finished = true;
  }

  /** Tells all after a number until all is acknowledged, or somebody else listens. */
  void serve(Outlet to, long asked, long after) throws InterruptedException {
    synchronized (this) {
      if (outlet != null) {
        outlet.wake();
      }
      outlet = to;
    }
    Told begun = begun(after);
    if (begun != null) {
      send(to, begun);
    }
    long sent = after;
    while (to.isOpen() && isServed(to, asked) && !isSettled()) {
      Told next = after(sent);
      if (next == null) {
        to.await(SIGN_OF_LIFE);
        if (after(sent) == null) {
          to.send(new Part(0, Told.SIGN_OF_LIFE, "", new byte[0], false));
        }
      } else {
        send(to, next);
        sent = next.number();
      }
    }
    synchronized (this) {
      outlet = outlet == to ? null : outlet;
    }
  }

  /** That it has its slots, when that was acknowledged by an owner before. */
  private synchronized Told begun(long after) {
    boolean isUnknown = leased != null && after < leased.number();
    return isUnknown && !events.containsKey(leased.number()) ? leased : null;
  }

  private synchronized boolean isServed(Outlet to, long asked) {
    return outlet == to && asked == epoch;
  }

  private synchronized Told after(long number) {
    Map.Entry<Long, Told> next = events.higherEntry(number);
    return next == null ? null : next.getValue();
  }

  /** What cannot be read any more ends early; its owner notices by its length or its hash. */
  private void send(Outlet to, Told told) {
    long left = told.content().size();
    try (InputStream in = told.content().open()) {
      do {
        byte[] part = in.readNBytes((int) Math.min(PART, left));
        left = part.length == 0 ? 0 : left - part.length;
        to.send(new Part(told.number(), told.kind(), told.name(), part, left > 0));
      } while (left > 0 && to.isOpen());
    } catch (IOException e) {
      LOG.warn("{} of execution {} is lost", told.name(), execution.executionId(), e);
      to.send(new Part(told.number(), told.kind(), told.name(), new byte[0], false));
    }
  }
}
