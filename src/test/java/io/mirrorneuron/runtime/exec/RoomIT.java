package io.mirrorneuron.runtime.exec;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.storage.FreeSpace;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.storage.StorageWatch.WatchedFolder;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs wait for room, and none of their time passes meanwhile. */
@Timeout(60)
@Whole
class RoomIT {
  @TempDir Path folder;
  private volatile long free = 0;

  private Storage storage(long minFree, FreeSpace space) {
    WatchedFolder temp = new WatchedFolder("the workspaces", "temp_dir", folder.resolve("tmp"));
    return new Storage(List.of(temp), minFree, space, Clock.systemUTC());
  }

  private final FreeSpace disk =
      new FreeSpace() {
        @Override
        public Room of(Path folder) {
          return new Room(free, 1L << 40);
        }

        @Override
        public void tryWriting(Path folder) {
          // always works
        }
      };

  @Test
  void aProgramWaitsUntilThereIsRoomAndSaysWhy() throws Exception {
    Storage storage = storage(1000, disk);
    storage.look();
    try (LocalExecutions runner = ExecutionSamples.runner(folder, storage)) {
      Execution execution = ExecutionSamples.shell("echo done");
      Heard heard = Heard.start(runner, execution);
      String id = execution.executionId();
      eventually("it waits", () -> runner.hold(id).isPresent());
      assertThat(runner.hold(id).orElseThrow().sentence()).contains("the workspaces", "is full");
      assertThat(runner.place(id)).isEmpty();
      assertThat(heard.signals()).isEmpty();

      free = 2000;
      storage.look();
      assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
      assertThat(runner.hold(id)).isEmpty();
    }
  }

  @Test
  void aDiskThatFillsWhileAProgramWaitsForSlotsIsNoticed() throws Exception {
    Storage storage = storage(1000, disk);
    free = 2000;
    storage.look();
    try (LocalExecutions runner = ExecutionSamples.runner(folder, storage)) {
      Path go = folder.resolve("go");
      String untilGo = "until [ -e '%s' ]; do sleep 0.02; done".formatted(go);
      String allSlots = "{\"pool_slots\": 4}";
      Heard first = Heard.start(runner, ExecutionSamples.shell(untilGo, allSlots));
      eventually("it runs", () -> !first.signals().isEmpty());
      Execution second = ExecutionSamples.shell("echo done");
      Heard heard = Heard.start(runner, second);
      eventually("it queues", () -> runner.place(second.executionId()).isPresent());

      free = 0;
      storage.look();
      Files.createFile(go);
      assertThat(first.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
      eventually("it waits", () -> runner.hold(second.executionId()).isPresent());
      assertThat(runner.hold(second.executionId()).orElseThrow().sentence()).contains("is full");
      assertThat(heard.signals()).as("its step's clock stands still").isEmpty();

      free = 2000;
      storage.look();
      assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    }
  }

  @Test
  void whatWaitsForRoomCanBeStopped() throws Exception {
    Storage storage = storage(1000, disk);
    storage.look();
    try (LocalExecutions runner = ExecutionSamples.runner(folder, storage)) {
      Execution execution = ExecutionSamples.shell("echo done");
      Heard heard = Heard.start(runner, execution);
      runner.stop(execution.executionId());

      assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
      assertThat(heard.outcome().lease()).isNull();
    }
  }

  @Test
  void aWorkspaceThatCannotBeMadeIsMadeLaterAndCostsNoAttempt() throws Exception {
    try (SmallDisk small = SmallDisk.mounted(folder.resolve("tmp"), 1)) {
      Storage storage = storage(0, FreeSpace.OF_DISKS);
      try (LocalExecutions runner = ExecutionSamples.runner(folder, storage)) {
        small.fill();
        Execution execution = ExecutionSamples.shell("echo done");
        Heard heard = Heard.start(runner, execution);
        eventually("it waits", () -> runner.hold(execution.executionId()).isPresent());
        assertThat(heard.signals()).as("its step's clock stands still").isEmpty();

        small.free();
        storage.look();
        assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
        assertThat(heard.signals())
            .filteredOn(Signal.Leased.class::isInstance)
            .as("slots are told of once")
            .hasSize(1);
      }
    }
  }
}
