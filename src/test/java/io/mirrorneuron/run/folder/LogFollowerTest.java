package io.mirrorneuron.run.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFollowerTest {
  @TempDir Path root;
  private RunFolder folder;
  private Path live;

  @BeforeEach
  void open() {
    folder = new RunStore(root, new RunWriter.Elsewhere()).open("r");
    live = folder.path().resolve("events.jsonl");
  }

  private void add(String text) throws IOException {
    Files.writeString(live, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static List<Integer> numbers(List<RunRecord> records) {
    return records.stream().map(record -> record.json().path("n").asInt()).toList();
  }

  @Test
  void eachLookGivesWhatHasCome() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    assertThat(follower.more()).isEmpty();

    add("{\"n\":1}\n\n[1]\nrubbish\n{\"n\":2}\n{\"n\":");
    assertThat(numbers(follower.more())).containsExactly(1, 2);
    assertThat(follower.more()).isEmpty();

    add("3}\n");
    assertThat(numbers(follower.more())).containsExactly(3);
  }

  @Test
  void aFileThatIsClosedIsNotReadAgain() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    add("{\"n\":1}\n");
    follower.more();
    add("{\"n\":2}\n");
    Files.move(live, folder.path().resolve("events.001.jsonl"));
    add("{\"n\":3}\n");

    assertThat(numbers(follower.more())).containsExactly(2, 3);
    assertThat(follower.more()).isEmpty();
  }

  @Test
  void aFileThatWasWrittenAnewIsReadFromItsBeginning() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    add("{\"n\":1}\n{\"n\":2}\n");
    follower.more();
    Files.writeString(live, "{\"n\":3}\n");

    assertThat(numbers(follower.more())).containsExactly(3);
  }

  @Test
  void packedFilesAreReadOnce() throws IOException {
    Path packed = folder.path().resolve("events.001.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write("{\"n\":1}\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    assertThat(numbers(follower.more())).containsExactly(1);
    add("{\"n\":2}\n");

    assertThat(numbers(follower.more())).containsExactly(2);
  }

  @Test
  void onlyMarkedLinesAreReadHoweverLongTheOthersAre() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "\"mark\"");
    add("{\"n\":1,\"text\":\"" + "x".repeat(300_000) + "\"}\n{\"n\":2,\"mark\":0}\n{\"n\":3}");
    assertThat(numbers(follower.more())).containsExactly(2);
    add("\n{\"mark\":true,\"n\":4}\n");

    assertThat(numbers(follower.more())).containsExactly(4);
  }

  @Test
  void nothingIsLostWhileOthersWriteAndFilesAreClosed() throws Exception {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    int writers = 4;
    int each = 500;
    List<Thread> threads = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      int first = w * each;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    LogFiles files = new LogFiles(folder, RunLog.EVENTS, 5_000);
                    for (int n = first; n < first + each; n++) {
                      byte[] line = Records.line(Json.object().put("n", n));
                      folder.exclusively(() -> append(files, line));
                    }
                  }));
    }
    List<Integer> read = new ArrayList<>();
    while (threads.stream().anyMatch(Thread::isAlive)) {
      read.addAll(numbers(follower.more()));
    }
    read.addAll(numbers(follower.more()));

    assertThat(read).doesNotHaveDuplicates().hasSize(writers * each);
  }

  @Test
  void aFileThatSeveralListsMissedIsNotReadAgain(@TempDir Path elsewhere) throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    add("{\"n\":1}\n");
    assertThat(numbers(follower.more())).containsExactly(1);
    Path missed = Files.move(folder.path().resolve("events.jsonl"), elsewhere.resolve("missed"));
    for (int n = 2; n < 5; n++) {
      add("{\"n\":%d}\n".formatted(n));
      assertThat(numbers(follower.more())).containsExactly(n);
    }
    Files.move(missed, folder.path().resolve("events.001.jsonl"));
    add("{\"n\":5}\n");

    assertThat(numbers(follower.more())).containsExactly(5);
  }

  private static Void append(LogFiles files, byte[] line) {
    try {
      files.append(line);
      return null;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void manyClosedFilesAreNotReadAgain() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    for (int i = 1; i <= 99; i++) {
      Files.writeString(
          folder.path().resolve("events.%03d.jsonl".formatted(i)), "{\"n\":%d}\n".formatted(i));
    }
    add("{\"n\":100}\n");
    assertThat(follower.more()).hasSize(100);
    add("{\"n\":101}\n");

    assertThat(numbers(follower.more())).containsExactly(101);
  }

  @Test
  void aFileThatOneLookMissesIsNotReadAgain() throws IOException {
    LogFollower follower = new LogFollower(folder, RunLog.EVENTS, "");
    Path closed = folder.path().resolve("events.001.jsonl");
    Path hidden = folder.path().resolve("elsewhere");
    Files.writeString(closed, "{\"n\":1}\n");
    add("{\"n\":2}\n");
    follower.more();
    Files.move(closed, hidden);
    add("{\"n\":3}\n");
    follower.more();
    Files.move(hidden, closed);
    add("{\"n\":4}\n");

    assertThat(numbers(follower.more())).containsExactly(4);
  }
}
