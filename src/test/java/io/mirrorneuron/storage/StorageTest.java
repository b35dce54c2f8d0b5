package io.mirrorneuron.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.storage.FreeSpace.Room;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state of the disks, over disks and a clock that tests turn by hand. */
class StorageTest {
  private static final long MIB = 1 << 20;
  private static final Path HOME = Path.of("/srv/mn");
  private static final Path RUNS = Path.of("/srv/mn/runs");
  private static final Path TEMP = Path.of("/scratch");

  private final Disks disks = new Disks();
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-25T12:00:00Z"));
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) org.slf4j.LoggerFactory.getLogger(Storage.class);
  private final Storage storage = storage(64 * MIB);

  private static final class Disks implements FreeSpace {
    final Map<Path, Room> rooms = new HashMap<>();
    boolean quota;
    int trials;

    @Override
    public Room of(Path folder) throws IOException {
      Room room = rooms.get(folder);
      if (room == null) {
        throw new IOException("the disk is away");
      }
      return room;
    }

    @Override
    public void tryWriting(Path folder) throws IOException {
      trials++;
      if (quota) {
        throw new IOException("Disk quota exceeded");
      }
    }
  }

  @BeforeEach
  void listen() {
    disks.rooms.putAll(Map.of(HOME, large(1000), RUNS, large(1000), TEMP, large(1000)));
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void leave() {
    log.detachAppender(lines);
  }

  private Storage storage(long minFree) {
    return new Storage(
        List.of(
            new WatchedFolder("the home folder", "home", HOME),
            new WatchedFolder("the folder of runs", "runs_root", RUNS),
            new WatchedFolder("the workspaces", "temp_dir", TEMP)),
        minFree,
        disks,
        clock);
  }

  private static Room large(long freeMib) {
    return new Room(freeMib * MIB, 1L << 40);
  }

  private Storage look() {
    storage.look();
    return storage;
  }

  private static IOException full(Path file) {
    return file == null
        ? new IOException("No space left on device")
        : new FileSystemException(file.toString(), null, "No space left on device");
  }

  private List<String> reported() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void thereIsRoomUntilLessThanTheFloorIsFreeAndAgainOnlyWithHalfAsMuchMore() {
    assertThatCode(() -> look().requireRoom()).doesNotThrowAnyException();
    disks.rooms.put(HOME, large(64));
    assertThat(look().trouble()).isEmpty();

    disks.rooms.put(HOME, large(63));
    look();
    assertThatExceptionOfType(MnException.class)
        .isThrownBy(storage::requireRoom)
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL);
              assertThat(refused.isStorageFull()).isTrue();
              assertThat(refused.retryAfterMs()).isEqualTo(10_000);
            })
        .withMessage(
            "the disk with the home folder /srv/mn is full: 63 MiB are free, new work needs"
                + " 96 MiB; make room there or move the folder (setting home), the server then"
                + " goes on by itself");

    disks.rooms.put(HOME, large(95));
    assertThat(look().trouble()).isPresent();
    disks.rooms.put(HOME, large(96));
    assertThat(look().trouble()).isEmpty();
    assertThat(storage.fullDisks()).isEmpty();
  }

  @Test
  void aSmallDiskMayBeFilledToASixteenth() {
    disks.rooms.put(HOME, new Room(3 * MIB, 48 * MIB));
    assertThat(look().trouble()).isEmpty();

    disks.rooms.put(HOME, new Room(3 * MIB - 1, 48 * MIB));
    assertThat(look().trouble()).isPresent();
    assertThat(storage.fullDisks())
        .containsExactly(
            "the disk with the home folder is full: 3071 KiB are free, new work needs 4608 KiB");
  }

  @Test
  void eachDiskThatIsFullIsAReasonAndNoReasonTellsAPath() {
    disks.rooms.put(RUNS, large(1));
    disks.rooms.put(TEMP, large(1));

    assertThat(look().fullDisks()).hasSize(2).noneMatch(reason -> reason.contains("/"));
    assertThat(storage.trouble().orElseThrow()).contains("runs_root");
  }

  @Test
  void aRefusedWriteMakesItsPlaceFullUntilATrialWriteSucceeds() {
    look();
    disks.quota = true;
    Throwable reported =
        storage.explained(new UncheckedIOException(full(RUNS.resolve("run-1/events.jsonl"))));

    assertThat(Storage.isFull(reported)).isTrue();
    assertThat(reported).hasMessageContaining("the folder of runs /srv/mn/runs is full; make room");
    look();
    assertThat(disks.trials).isOne();
    assertThat(storage.trouble().orElseThrow())
        .contains("a write was refused with 1000 MiB free (is a quota used up?)");

    disks.quota = false;
    assertThat(look().trouble()).isEmpty();
    look();
    assertThat(disks.trials).as("only while it is full").isEqualTo(2);
  }

  @Test
  void aWriteThatNamesNoFileIsPutDownToTheFullestDisk() {
    disks.rooms.put(TEMP, large(65));
    look();
    assertThat(storage.explained(full(null))).hasMessageContaining("/scratch");
  }

  @Test
  void otherFailuresAreLeftAsTheyAre() {
    look();
    Throwable broken = new IOException("Input/output error");
    Throwable words = MnException.invalid("No space left on device, says the manifest");

    assertThat(storage.explained(broken)).isSameAs(broken);
    assertThat(storage.explained(words)).isSameAs(words);
    assertThat(storage.trouble()).isEmpty();
  }

  @Test
  void aWriteOfAnotherServerThatIsFullIsToldAsItIs() {
    MnException theirs = MnException.storageFull(ErrorCode.STORAGE_FULL, "theirs is full", null);

    assertThat(storage.explained(theirs)).isSameAs(theirs);
    assertThat(storage.trouble()).isEmpty();
  }

  @Test
  void aRedisThatCannotWriteIsAFullDiskUntilItWrites() {
    look();
    MnException reported = storage.refusedByRedis(new IOException("MISCONF Errors writing"));

    assertThat(reported.code()).isEqualTo(ErrorCode.STORAGE_FULL);
    assertThat(look().trouble().orElseThrow()).startsWith("Redis cannot write to its disk");
    assertThat(storage.refusals()).containsExactly("Redis cannot write to its disk");

    storage.redisWrites();
    assertThat(storage.trouble()).isEmpty();
  }

  @Test
  void aRedisThatIsAwayIsPutDownToAFullDiskWhileThereIsOne() {
    assertThat(look().redisAway(null))
        .returns(ErrorCode.UNAVAILABLE, MnException::code)
        .returns(false, MnException::isStorageFull)
        .hasMessage("Redis does not answer");

    disks.rooms.put(HOME, large(1));
    assertThat(look().redisAway(null))
        .as("nobody knows whether the write arrived")
        .returns(ErrorCode.UNAVAILABLE, MnException::code)
        .returns(true, MnException::isStorageFull)
        .hasMessageStartingWith("Redis does not answer: the disk with the home folder");
  }

  @Test
  void aDiskThatCannotBeLookedAtKeepsItsState() {
    disks.rooms.put(TEMP, large(1));
    look();
    disks.rooms.remove(TEMP);
    assertThat(look().trouble()).isPresent();

    disks.rooms.put(TEMP, large(1000));
    assertThat(look().trouble()).isEmpty();
    disks.rooms.remove(TEMP);
    assertThat(look().trouble()).isEmpty();
  }

  @Test
  void withoutAFloorOnlyRefusedWritesCount() {
    Storage open = storage(0);
    disks.rooms.put(HOME, large(0));
    open.look();
    assertThat(open.trouble()).isEmpty();

    open.explained(full(HOME.resolve("x")));
    assertThat(open.trouble()).isPresent();
  }

  @Test
  void whoWaitsIsReportedOnce() {
    List<String> heard = new ArrayList<>();
    assertThat(look().hasRoom(() -> heard.add("early"))).isTrue();
    disks.rooms.put(HOME, large(1));
    assertThat(look().hasRoom(() -> heard.add("a"))).isFalse();
    assertThat(storage.hasRoom(() -> heard.add("b"))).isFalse();
    look();
    assertThat(heard).isEmpty();

    disks.rooms.put(HOME, large(1000));
    look();
    look();
    assertThat(heard).containsExactly("a", "b");
  }

  @Test
  void oneLineAMinuteTellsOfTheSameTroubleAndOneThatItIsOver() {
    disks.rooms.put(HOME, large(1));
    for (int second = 0; second < 150; second++) {
      look();
      for (int refused = 0; refused < 10; refused++) {
        storage.refusal();
      }
      clock.turn(Duration.ofSeconds(1));
    }
    disks.rooms.put(HOME, large(1000));
    look();

    assertThat(reported()).hasSize(4);
    assertThat(reported().get(0))
        .startsWith("no new work is accepted and no program started: the disk");
    assertThat(reported().get(1))
        .startsWith("for 60 s by now: the disk")
        .endsWith("; 600 requests and writes were refused since the last line");
    assertThat(reported().get(2)).startsWith("for 120 s by now").contains("; 600 requests");
    assertThat(reported().get(3))
        .isEqualTo(
            "there is room on the disks again, after 150 s; 300 requests and writes were refused"
                + " since the last line");
    assertThat(lines.list.get(3).getLevel()).isEqualTo(Level.INFO);
  }

  @Test
  void aDiskAtItsLimitDoesNotFillTheLogByTurns() {
    for (int second = 0; second < 60; second++) {
      disks.rooms.put(HOME, large(second % 2 == 0 ? 1 : 1000));
      look();
      clock.turn(Duration.ofSeconds(1));
    }
    assertThat(reported()).hasSize(2);
  }
}
