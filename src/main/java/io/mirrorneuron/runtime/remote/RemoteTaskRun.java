package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.HostedPrograms.Outlet;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.exec.protocol.LogForm.LogRecord;
import io.mirrorneuron.runtime.exec.protocol.LostLines;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * One program that runs here for a job of another node: keeps what its owner has not acknowledged,
 * and tells it as fast as that one listens. What a program prints is kept within a window; above
 * that it is lost, counted, and told as lost. Thread-safe.
 */
final class RemoteTaskRun {
  /** Of log lines and samples that are not acknowledged. */
  static final long WINDOW_BYTES = 4L << 20;

  private static final String NOT_TAKEN = "the server of the job did not take them in time";
  private static final int MOST_BEACONS = 1000;
  private static final long NEVER_LOOKED = Long.MIN_VALUE;

  private final Execution execution;
  private final NavigableMap<Long, RemoteEvent> events = new TreeMap<>();
  private final LostLines lost = new LostLines();
  private long last;
  private long windowed;
  private int beacons;
  private boolean finished;
  private boolean asking;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private long unheardSince = NEVER_LOOKED;
  private RemoteEvent leased;
  private long epoch;
  private String owner;
  private Outlet outlet;

  RemoteTaskRun(Execution execution, String owner, long epoch) {
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

  /**
   * Whether nobody has listened for so long; asked again, for so long since.
   *
   * @param now in milliseconds of a clock that nobody sets
   */
  synchronized boolean isUnheardFor(Duration time, long now) {
    boolean isFirst = unheardSince == NEVER_LOOKED;
    boolean isLong = outlet == null && !isFirst && now - unheardSince >= time.toMillis();
    unheardSince = isLong || isFirst || outlet != null ? now : unheardSince;
    return isLong;
  }

  /** It has asked people something. */
  synchronized void noteAsking() {
    asking = true;
  }

  synchronized boolean asksPeople() {
    return asking;
  }

  /** Whether it has got its slots, and begins. */
  synchronized boolean hasBegun() {
    return leased != null;
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
    if (signal instanceof Signal.Finished) {
      tellLost();
    }
    beacons += isBeacon ? 1 : 0;
    RemoteEvent reported = add(SentSignal.kind(signal), "", new RemoteEvent.Bytes(bytes));
    if (signal instanceof Signal.Leased) {
      leased = reported;
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
    add(kind, "", new RemoteEvent.Bytes(lines));
    return true;
  }

  /**
   * Lines for which the window has no room are lost; that is told before what comes next, or before
   * the outcome.
   *
   * @return false when its outcome is told
   */
  synchronized boolean log(List<LogRecord> lines) {
    if (finished) {
      return false;
    }
    List<LogRecord> all = new ArrayList<>(lost.reported(NOT_TAKEN));
    all.addAll(lines);
    if (record(RemoteEvent.LOGS, bytes(all))) {
      lost.clear();
    } else {
      lost.add(lines);
    }
    return true;
  }

  private static byte[] bytes(List<LogRecord> lines) {
    return SentSignal.lines(lines.stream().map(LogRecord::json).toList());
  }

  private void tellLost() {
    if (!lost.isEmpty()) {
      RemoteEvent reported =
          add(RemoteEvent.LOGS, "", new RemoteEvent.Bytes(bytes(lost.reported(NOT_TAKEN))));
      windowed += reported.content().size();
      lost.clear();
    }
  }

  synchronized void file(String kind, String name, RemoteEvent.Stored file) {
    add(kind, name, file);
  }

  private RemoteEvent add(String kind, String name, RemoteEvent.Content content) {
    RemoteEvent reported = new RemoteEvent(++last, kind, name, content);
    events.put(reported.number(), reported);
    if (outlet != null) {
      outlet.wake();
    }
    return reported;
  }

  /** Forgets what has arrived. That it has its slots is told to each new owner. */
  synchronized void acknowledge(long asked, long number) {
    if (asked != epoch) {
      return;
    }
    Map<Long, RemoteEvent> arrived = events.headMap(number, true);
    for (RemoteEvent reported : arrived.values()) {
      if (reported.kind().equals(RemoteEvent.LOGS) || reported.kind().equals(RemoteEvent.SAMPLES)) {
        windowed -= reported.content().size();
      } else if (reported.kind().equals(SentSignal.BEACON)) {
        beacons--;
      }
      reported.content().drop();
    }
    arrived.clear();
    if (outlet != null) {
      outlet.wake();
    }
  }

  /** Nobody will hear of it any more. */
  synchronized void forget() {
    events.values().forEach(reported -> reported.content().drop());
    events.clear();
    finished = true;
  }

  /** Who listens from now on, to all after a number; whoever listened before hears no more. */
  RemoteTaskStream listen(Outlet to, long asked, long after) {
    synchronized (this) {
      if (outlet != null) {
        outlet.wake();
      }
      outlet = to;
    }
    return new RemoteTaskStream(this, to, asked, after);
  }

  /** It does not listen any more. */
  synchronized void leave(Outlet one) {
    outlet = outlet == one ? null : outlet;
  }

  /** That it has its slots, when that was acknowledged by an owner before. */
  synchronized RemoteEvent begun(long after) {
    boolean isUnknown = leased != null && after < leased.number();
    return isUnknown && !events.containsKey(leased.number()) ? leased : null;
  }

  synchronized boolean isServed(Outlet to, long asked) {
    return outlet == to && asked == epoch;
  }

  /** The first event after that number, or null. */
  synchronized RemoteEvent after(long number) {
    Map.Entry<Long, RemoteEvent> next = events.higherEntry(number);
    return next == null ? null : next.getValue();
  }
}
