package io.mirrorneuron.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who writes the runs decides whether a reader waits for them. */
class RunStoreTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  @TempDir Path root;

  /** A program has its folder before the recorder has anything to write. */
  @Test
  void theFolderThatAProgramWorksInIsNotReplaced() throws IOException {
    try (RunStore store = new RunStore(root, new RunBacklog())) {
      Path folder = store.open("run-j").path();
      Object before = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();

      assertThat(store.make("run-j", made -> made.write("job.json", Json.object()))).isFalse();
      assertThat(Files.readAttributes(folder, BasicFileAttributes.class).fileKey())
          .isEqualTo(before);
      assertThat(folder.resolve("job.json")).doesNotExist();
    }
  }

  /** A server died while it made the folder; then a program of the next one was faster. */
  @Test
  void whatADeadServerHasLeftOfAFolderIsRemoved() throws IOException {
    Path left = Files.createDirectories(root.resolve(".new-run-j/.mn"));
    Files.writeString(left.resolve("half"), "{");
    try (RunStore store = new RunStore(root, new RunBacklog())) {
      store.open("run-j");

      assertThat(store.make("run-j", made -> made.write("job.json", Json.object()))).isFalse();
    }
    assertThat(root.resolve(".new-run-j")).doesNotExist();
    assertThat(root.resolve("run-j")).exists();
  }

  @Test
  void whereThisProcessWritesAReaderWaitsForARunWhoseJobHasJustBegun() throws Exception {
    RunBacklog backlog = new RunBacklog();
    try (RunStore store = new RunStore(root, backlog)) {
      store.backlog().add("j");
      CompletableFuture<RunFolder> found = async(() -> store.find("run-j"));
      List<String> batch = backlog.next(LONG);
      assertThat(batch).containsExactly("j");
      assertThat(found).isNotDone();
      store.open("run-j").write("job.json", Json.object().put("job_id", "j"));
      backlog.written(batch);

      assertThat(found).succeedsWithin(LONG);
    }
  }

  @Test
  void whereThisProcessWritesAReaderWaitsForTheEndOfARun() throws Exception {
    RunBacklog backlog = new RunBacklog();
    try (RunStore store = new RunStore(root, backlog)) {
      RunFolder run = store.open("run-j");
      run.write("job.json", Json.object().put("status", "running"));
      store.backlog().add("j");
      CompletableFuture<Boolean> over =
          async(
              () -> {
                store.finish("run-j");
                return run.isOver();
              });
      List<String> batch = backlog.next(LONG);
      assertThat(over).isNotDone();
      run.write("job.json", Json.object().put("status", "completed"));
      backlog.written(batch);

      assertThat(over).succeedsWithin(LONG).isEqualTo(true);
    }
  }

  /** As in a gateway: the runtime elsewhere writes into a folder that both have. */
  @Test
  void whereAnotherProcessWritesAReaderTellsWhatIsThere() throws Exception {
    try (RunStore gateway = new RunStore(root, new RunWriter.Elsewhere());
        RunStore runtime = new RunStore(root, new RunBacklog())) {
      runtime.backlog().add("j"); // and nobody works it off: who waited would not come back
      assertThat(async(() -> gateway.has("run-j"))).succeedsWithin(LONG).isEqualTo(false);
      assertThat(
              async(
                  () -> {
                    assertThatThrownBy(() -> gateway.find("run-j"))
                        .isInstanceOf(MnException.class)
                        .hasMessage("run not found");
                    return true;
                  }))
          .succeedsWithin(LONG);

      runtime.open("run-j").write("job.json", Json.object().put("status", "running"));
      assertThat(gateway.find("run-j").isOver()).isFalse();
      gateway.finish("run-j");
      runtime.open("run-j").write("job.json", Json.object().put("status", "completed"));
      assertThat(gateway.find("run-j").isOver()).isTrue();
    }
  }

  @Test
  void noRecorderWritesRunsThatAnotherProcessWrites() {
    try (RunStore gateway = new RunStore(root, new RunWriter.Elsewhere())) {
      assertThatThrownBy(gateway::backlog).isInstanceOf(IllegalStateException.class);
    }
  }

  private static <T> CompletableFuture<T> async(java.util.function.Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
  }

  @Test
  void aProcessThatOnlyReadsMakesNothing() throws IOException {
    Path journals = Files.createDirectory(root.resolve("journals"));
    RunWriter reader = new RunWriter.NotHere(journals);
    assertThatThrownBy(() -> new RunStore(root.resolve("none"), reader))
        .isInstanceOf(MnException.class);
    assertThat(root.resolve("none")).doesNotExist();
    Path run = Files.createDirectories(root.resolve("runs/r1"));
    Files.writeString(run.resolve("events.jsonl"), "{}\n");

    try (RunStore store = new RunStore(root.resolve("runs"), reader)) {
      store.journal(store.find("r1")).catchUp();
      assertThatThrownBy(store::backlog).isInstanceOf(IllegalStateException.class);
    }

    assertThat(run).isDirectoryNotContaining("glob:**.mn");
    assertThat(journals.resolve("r1")).isNotEmptyDirectory();
  }

  /** A program begins while the recorder puts the folder of its run in place. */
  @Test
  void aFolderThatIsMadeWhileItIsOpenedIsOpened(@TempDir Path root) throws Exception {
    try (RunStore store = new RunStore(root, new RunBacklog());
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 500; i++) {
        String run = "run-" + i;
        CyclicBarrier start = new CyclicBarrier(2);
        Future<?> made =
            threads.submit(
                () -> {
                  start.await();
                  return store.make(run, folder -> folder.write("job.json", Json.object()));
                });
        Future<Path> opened =
            threads.submit(
                () -> {
                  start.await();
                  return store.open(run).path();
                });
        made.get();
        assertThat(opened.get()).isDirectory();
      }
    }
  }
}
