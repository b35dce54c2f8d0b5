package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.HostedPrograms.Outlet;
import io.mirrorneuron.runtime.documents.SentSignal;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
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
 * One remote task: buffers its unacknowledged events, and sends them at the pace of the owner.
 * Program output beyond a window is dropped, counted, and reported as lost. Thread-safe.
 */
final class RemoteTaskRun {
  /** Limit of unacknowledged log lines and samples. */
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

  /** Whether the owner of this epoch may decide; from then on earlier owners may not. */
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

  CompletableFuture<Void> ended() {
    return ended;
  }

  /**
   * Whether it has had no listener for so long; restarts the measurement.
   *
   * @param now of a monotonic clock, in milliseconds
   */
  synchronized boolean isUnheardFor(Duration time, long now) {
    boolean isFirst = unheardSince == NEVER_LOOKED;
    boolean isLong = outlet == null && !isFirst && now - unheardSince >= time.toMillis();
    unheardSince = isLong || isFirst || outlet != null ? now : unheardSince;
    return isLong;
  }

  synchronized void noteAsking() {
    asking = true;
  }

  synchronized boolean asksPeople() {
    return asking;
  }

  /** Whether it has its slots, and starts. */
  synchronized boolean hasBegun() {
    return leased != null;
  }

  /** Whether the program has ended, and all its events are queued. */
  synchronized boolean isFinished() {
    return finished;
  }

  /** Whether its outcome has been acknowledged. */
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

  /**
   * @return false when the window is full
   */
  synchronized boolean record(String kind, byte[] lines) {
    if (finished || windowed + lines.length > WINDOW_BYTES) {
      return false;
    }
    windowed += lines.length;
    add(kind, "", new RemoteEvent.Bytes(lines));
    return true;
  }

  /**
   * Lines beyond the window are lost; the loss is reported before the next lines, or before the
   * outcome.
   *
   * @return false when its outcome is already queued
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

  /** Drops acknowledged events. The lease event is sent again to each new owner. */
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

  /** Drops all events. */
  synchronized void forget() {
    events.values().forEach(reported -> reported.content().drop());
    events.clear();
    finished = true;
  }

  /** Sets the listener for all events after a number; the former listener gets no more. */
  RemoteTaskStream listen(Outlet to, long asked, long after) {
    synchronized (this) {
      if (outlet != null) {
        outlet.wake();
      }
      outlet = to;
    }
    return new RemoteTaskStream(this, to, asked, after);
  }

  /** Removes this listener. */
  synchronized void leave(Outlet one) {
    outlet = outlet == one ? null : outlet;
  }

  /** The lease event, if a former owner has acknowledged it. */
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
