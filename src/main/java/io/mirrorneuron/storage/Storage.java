package io.mirrorneuron.storage;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.FreeSpace.Room;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only source of whether there is room for the data of this server. While there is none, no new
 * work is accepted and no program is started; running work continues and reads are answered. Normal
 * operation resumes by itself.
 *
 * <p>A full disk is detected by {@link #look}, by failed writes, and by a Redis that refuses to
 * write. Thread-safe; only {@link #look} accesses a disk.
 */
public final class Storage {
  private static final String REDIS =
      "Redis cannot write to its disk and refuses changes; make room on that disk, the server then"
          + " goes on by itself (the log of Redis says more)";
  private static final String REDIS_MEMORY =
      "Redis holds as much as its maxmemory allows and refuses changes; raise that or make room in"
          + " it, the server then goes on by itself";
  private static final String REDIS_AWAY = "Redis does not answer";
  private static final String REDIS_REASON = "Redis cannot write to its disk";

  private final long minFreeBytes;
  private final List<DiskState> places;
  private final StorageLog log;
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean redisRefuses;
  private Runnable lookSoon = () -> {};

  /** Why nothing is accepted; null while there is room. Read without the lock on hot paths. */
  private volatile String trouble;

  /**
   * @param minFreeBytes that must be free in each place; 0: only refused writes count
   */
  public Storage(List<WatchedFolder> places, long minFreeBytes, FreeSpace space, Clock clock) {
    this.minFreeBytes = minFreeBytes;
    this.places = places.stream().map(place -> new DiskState(place, minFreeBytes, space)).toList();
    this.log = new StorageLog(clock);
  }

  /** Watches no folder: recognises refused writes, but remembers nothing. */
  public static Storage unwatched() {
    return new Storage(
        List.of(), 0, FreeSpace.OF_DISKS, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  }

  /**
   * Bytes that must stay free on a disk.
   *
   * @param totalBytes of the whole disk
   */
  public long floor(long totalBytes) {
    return DiskState.floor(minFreeBytes, totalBytes);
  }

  /** Has {@link #look} called as soon as a write has been refused. */
  void onRefusal(Runnable looks) {
    lookSoon = looks;
  }

  /** Looks at the disks. Blocking; to be called at intervals. */
  public void look() {
    for (DiskState place : places) {
      boolean tries;
      synchronized (this) {
        tries = place.isRefused();
      }
      DiskState.Seen seen = place.look(tries); // without the lock: it may hang
      synchronized (this) {
        place.take(seen);
      }
    }
    synchronized (this) {
      settle();
      log.tick(trouble);
    }
  }

  /** Why nothing new is accepted, as a sentence; empty while there is room. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /**
   * To be asked before new work is taken in.
   *
   * @throws MnException (STORAGE_FULL) when there is no room for it
   */
  public void requireRoom() {
    String why = trouble;
    if (why != null) {
      log.leftOut();
      throw full(why, null);
    }
  }

  /** As {@link #requireRoom}, but returns the failure; empty while there is room. */
  public Optional<MnException> refusal() {
    String why = trouble;
    if (why == null) {
      return Optional.empty();
    }
    log.leftOut();
    return Optional.of(full(why, null));
  }

  /** Full disks as public sentences without paths. */
  public synchronized List<String> fullDisks() {
    return places.stream().filter(DiskState::isFull).map(DiskState::reason).toList();
  }

  /** A public sentence if Redis refuses to write. */
  synchronized List<String> refusals() {
    return redisRefuses ? List.of(REDIS_REASON) : List.of();
  }

  /**
   * The failure to report: the same one, unless its cause is a full disk. Then the disk is noted as
   * full and the failure is {@code storage_full}.
   */
  public Throwable explained(Throwable failure) {
    if (isFull(failure)) {
      return failure; // already reported
    }
    return OutOfRoom.isIn(failure) ? refused(failure) : failure;
  }

  /** Whether the failure already reports a full disk, of this or another server. */
  public static boolean isFull(Throwable failure) {
    return failure instanceof MnException known && known.isStorageFull();
  }

  /** Notes a write that a disk refused. */
  private MnException refused(Throwable failure) {
    Optional<Path> file = OutOfRoom.file(failure);
    String why;
    boolean news;
    synchronized (this) {
      log.leftOut();
      Optional<DiskState> place = place(file.orElse(null));
      news = place.isPresent() && place.get().refused();
      settle();
      why = place.map(DiskState::sentence).orElse("a disk of this server is full; make room on it");
    }
    if (news) {
      lookSoon.run();
    }
    return full(why, failure);
  }

  /** The place of the file, or the one with least room when no file is named. */
  private Optional<DiskState> place(Path file) {
    return places.stream()
        .filter(place -> file != null && place.place().holds(file))
        .max(Comparator.comparingInt(place -> place.place().folder().getNameCount()))
        .or(() -> places.stream().min(Comparator.comparingDouble(DiskState::freePart)));
  }

  /** Notes that Redis refused a write; returns the failure to report. */
  public MnException refusedByRedis(Throwable failure) {
    String why;
    boolean news;
    synchronized (this) {
      log.leftOut();
      news = !redisRefuses && !places.isEmpty();
      redisRefuses = !places.isEmpty();
      settle();
      why = trouble == null ? REDIS : trouble;
    }
    if (news) {
      lookSoon.run();
    }
    return full(why, failure);
  }

  /**
   * The failure to report when Redis is at its memory limit. Not remembered: each write asks again.
   */
  public MnException redisMemoryFull(Throwable failure) {
    return full(REDIS_MEMORY, failure);
  }

  /**
   * The failure to report when Redis does not answer. With {@code redis.fsync: always} Redis ends,
   * again and again, while its disk is full; whether the write arrived is then unknown.
   */
  public MnException redisAway(Throwable cause) {
    String why = trouble;
    if (why == null) {
      return MnException.unavailable(REDIS_AWAY, cause);
    }
    log.leftOut();
    return MnException.storageFull(ErrorCode.UNAVAILABLE, REDIS_AWAY + ": " + why, cause);
  }

  /** Redis writes again. */
  synchronized void redisWrites() {
    redisRefuses = false;
    settle();
  }

  synchronized boolean redisRefuses() {
    return redisRefuses;
  }

  /**
   * Whether there is room. If not, {@code hears} is called once when there is; it must not block.
   */
  public synchronized boolean hasRoom(Runnable hears) {
    if (trouble == null) {
      return true;
    }
    waiting.add(hears);
    return false;
  }

  /** The first of {@link #fullDisks}, if any. */
  public synchronized Optional<String> fullDisk() {
    return places.stream().filter(DiskState::isFull).findFirst().map(DiskState::reason);
  }

  private void settle() {
    Optional<DiskState> full = places.stream().filter(DiskState::isFull).findFirst();
    trouble = full.map(DiskState::sentence).orElse(redisRefuses ? REDIS : null);
    log.changed(trouble);
    if (trouble == null && !waiting.isEmpty()) {
      List<Runnable> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(Runnable::run);
    }
  }

  private static MnException full(String why, Throwable cause) {
    return MnException.storageFull(ErrorCode.STORAGE_FULL, why, cause);
  }

  /**
   * Logs the same problem once a minute, however often it occurs, and its end once. Not
   * thread-safe: all methods but {@link #leftOut} are called under the owner's lock.
   */
  private static final class StorageLog {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private final LongAdder leftOut = new LongAdder();
    private long reportedAt = Long.MIN_VALUE;
    private long since;
    private boolean troubled;
    private boolean reported;

    StorageLog(Clock clock) {
      this.clock = clock;
    }

    /** Counts a refused request or write, which gets no line of its own. Any thread. */
    void leftOut() {
      leftOut.increment();
    }

    /**
     * @param trouble what is wrong now, or null
     */
    void changed(String trouble) {
      if (trouble != null && !troubled) {
        troubled = true;
        since = clock.millis();
        tell(trouble);
      } else if (trouble == null && troubled) {
        troubled = false;
        if (reported) {
          reported = false;
          LOG.info(
              "there is room on the disks again, after {} s; {} requests and writes were refused"
                  + " since the last line",
              seconds(),
              leftOut.sumThenReset());
        }
      }
    }

    /** To be called at intervals. */
    void tick(String trouble) {
      if (trouble != null) {
        tell(trouble);
      }
    }

    private void tell(String trouble) {
      long now = clock.millis();
      if (reportedAt != Long.MIN_VALUE && now - reportedAt < PAUSE.toMillis()) {
        return;
      }
      reportedAt = now;
      if (reported) {
        LOG.warn(
            "for {} s by now: {}; {} requests and writes were refused since the last line",
            seconds(),
            trouble,
            leftOut.sumThenReset());
      } else {
        reported = true;
        LOG.warn("no new work is accepted and no program started: {}", trouble);
      }
    }

    private long seconds() {
      return (clock.millis() - since) / 1000;
    }
  }

  /**
   * The state of one folder's disk. It is full when less than the floor is free or a write was
   * refused, and stays so until 1.5 times the floor is free and a trial write succeeds; the
   * hysteresis avoids flapping. Not thread-safe.
   */
  private static final class DiskState {
    /** On small disks the floor is this fraction of the whole, so that they can be used at all. */
    private static final int SMALLEST_PART = 16;

    /**
     * When so many bytes are free and a write was refused, the write was very large or the disk is
     * not the cause.
     */
    private static final long NOT_FULL = 4 << 20;

    private final WatchedFolder place;
    private final long wanted;
    private final FreeSpace space;
    private Room room;
    private boolean low;
    private boolean refused;

    /** Whether {@code room} was measured before a write was refused. */
    private boolean outdated;

    /**
     * @param wanted bytes that must be free, on large disks; 0 for none
     */
    DiskState(WatchedFolder place, long wanted, FreeSpace space) {
      this.place = place;
      this.wanted = wanted;
      this.space = space;
    }

    WatchedFolder place() {
      return place;
    }

    boolean isFull() {
      return low || refused;
    }

    /** Free fraction of the disk; 1 when unknown. */
    double freePart() {
      return room == null || room.total() <= 0 ? 1 : (double) room.free() / room.total();
    }

    /** Notes a refused write; returns whether it is the first. */
    boolean refused() {
      boolean news = !refused;
      refused = true;
      outdated |= news;
      return news;
    }

    /**
     * What a look at a disk found.
     *
     * @param room null when it could not be looked at
     * @param writable whether a trial write succeeded, where one was needed
     */
    record Seen(Room room, boolean writable) {}

    /**
     * Looks at the disk; blocking, and changes nothing here.
     *
     * @param tries whether to write something, too, if the free bytes allow it
     */
    Seen look(boolean tries) {
      Room seen;
      try {
        seen = space.of(place.folder());
      } catch (IOException e) {
        return new Seen(null, false);
      }
      if (!tries || isLow(seen, true)) {
        return new Seen(seen, false);
      }
      try {
        space.tryWriting(place.folder());
        return new Seen(seen, true);
      } catch (IOException e) {
        return new Seen(seen, false);
      }
    }

    /**
     * Takes the result. A disk that could not be checked keeps its state; its users report the
     * failure.
     */
    void take(Seen seen) {
      if (seen.room() != null) {
        room = seen.room();
        outdated = false;
        low = isLow(room, isFull());
        refused = refused && !seen.writable();
      }
    }

    boolean isRefused() {
      return refused;
    }

    private boolean isLow(Room room, boolean wasFull) {
      return room.total() > 0 && room.free() < (wasFull ? comfort(room) : floor(room));
    }

    private long floor(Room room) {
      return floor(wanted, room.total());
    }

    /** Bytes that must be free on a disk of so many. */
    static long floor(long wanted, long total) {
      return Math.min(wanted, total / SMALLEST_PART);
    }

    /** Bytes that must be free before a full disk counts as usable again. */
    private long comfort(Room room) {
      return floor(room) + floor(room) / 2;
    }

    /** A sentence with the path of the folder; only for callers who may know it. */
    String sentence() {
      return ("the disk with %s %s is full%s; make room there or move the folder (setting %s), the"
              + " server then goes on by itself")
          .formatted(place.what(), place.folder(), figures(), place.setting());
    }

    /** A sentence without paths, for everybody. */
    String reason() {
      return "the disk with %s is full%s".formatted(place.what(), figures());
    }

    private String figures() {
      if (room == null || room.total() <= 0 || outdated) {
        return "";
      }
      return low
          ? ": %s are free, new work needs %s".formatted(amount(room.free()), amount(comfort(room)))
          : ": a write was refused with %s free%s"
              .formatted(
                  amount(room.free()), room.free() > NOT_FULL ? " (is a quota used up?)" : "");
    }

    static String amount(long bytes) {
      return bytes < 10 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
    }
  }
}
