package io.mirrorneuron.run.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.run.journal.RunJournal.Taken;
import io.mirrorneuron.testing.SmallDisk;
import io.mirrorneuron.testing.Whole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal is written by whoever reads it; a full disk must not keep people from reading. */
@Whole
class JournalOnFullDiskIT {
  @TempDir Path root;

  @Test
  void whatHasANumberIsReadAndTheRestFollowsWhenThereIsRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.mounted(root.resolve("runs"), 1)) {
      Path path = Files.createDirectory(disk.folder().toRealPath().resolve("r1"));
      RunJournal journal =
          new RunStore(disk.folder(), new RunWriter.Elsewhere())
              .journal(new RunFolder("r1", path, n -> {}));
      append(path, "a");
      assertThat(journal.takeIn()).isEqualTo(Taken.ALL);
      append(path, "b".repeat(8192));
      disk.fill();

      assertThat(journal.takeIn()).isEqualTo(Taken.NO_ROOM);
      journal.takeInAll();
      assertThat(records(journal)).isEqualTo(1);

      disk.free();
      assertThat(journal.takeIn()).isEqualTo(Taken.ALL);
      assertThat(records(journal)).isEqualTo(2);
    }
  }

  private static int records(RunJournal journal) {
    var all = new RunJournal.Filter(EnumSet.allOf(RunLog.class), null);
    return journal.page(0, all, 10).entries().size();
  }

  private static void append(Path run, String text) throws Exception {
    Files.writeString(
        run.resolve("events.jsonl"),
        "{\"ts\":\"2026-01-01T00:00:00Z\",\"type\":\"t\",\"text\":\"%s\"}\n".formatted(text),
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
