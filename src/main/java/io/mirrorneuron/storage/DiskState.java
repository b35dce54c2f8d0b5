package io.mirrorneuron.storage;

import io.mirrorneuron.storage.FreeSpace.Room;
import java.io.IOException;

/**
 * What is known of the disk of one folder. It is full when less than the floor is free or a write
 * was refused, and stays so until half as much again is free and a trial write succeeds: without
 * that hysteresis a disk at its limit would alternate. Not thread-safe.
 */
final class DiskState {
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

  /** The part of the disk that is free; 1 when that is not known. */
  double freePart() {
    return room == null || room.total() <= 0 ? 1 : (double) room.free() / room.total();
  }

  /** Notes that a write was refused; answers whether that was not known yet. */
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
   * Takes in what was seen. A disk that could not be looked at keeps its state: who uses it reports
   * that it is away.
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

  /** Bytes that must be free before a full disk is taken for usable again. */
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
            .formatted(amount(room.free()), room.free() > NOT_FULL ? " (is a quota used up?)" : "");
  }

  static String amount(long bytes) {
    return bytes < 10 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }
}
