package io.mirrorneuron.cli.run;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.JobWatcher.AutoClosing;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.model.MnException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Does something again whenever files of a folder change, also while it goes on: a job that works
 * is left alone until its end, and one that only waits for a person is cancelled, since nobody is
 * to answer for what is about to be replaced.
 */
final class ChangeLoop {
  private static final int LOOK_MS = 500;
  private static final int NAMED = 3;

  private final Client client;
  private final Path folder;
  private final FolderChanges files;
  private volatile List<String> changed = List.of();

  ChangeLoop(Client client, Path folder) {
    this.client = client;
    this.folder = folder;
    this.files = new FolderChanges(folder);
  }

  /** What is done again and again. */
  @FunctionalInterface
  interface Work {
    void run(Meanwhile meanwhile) throws InterruptedException;
  }

  /** Looks for changes while a job goes on. */
  @FunctionalInterface
  interface Meanwhile {
    /**
     * @param tell shows people a sentence
     * @return ends looking
     */
    AutoClosing begin(MirrorNeuron mn, String jobId, Consumer<String> tell);
  }

  /** Does it now, and again after each change, until the thread is interrupted. */
  void forEachChange(Work work) throws InterruptedException {
    while (true) {
      changed = List.of();
      files.look();
      work.run(this::lookMeanwhile);
      if (changed.isEmpty()) {
        client.output().line("Waiting for changes in " + shown() + "; Ctrl-C ends");
        changed = files.awaitChange();
      }
      client.output().line("\nChanged: " + Output.printable(names()));
    }
  }

  private String shown() {
    return Output.printable(folder.toString());
  }

  private AutoClosing lookMeanwhile(MirrorNeuron mn, String jobId, Consumer<String> tell) {
    CountDownLatch over = new CountDownLatch(1);
    Thread looking =
        Thread.ofPlatform()
            .daemon()
            .name("folder-watch")
            .start(
                () -> {
                  try {
                    changed = files.awaitChange();
                    settle(mn, jobId, tell, over);
                  } catch (InterruptedException e) {
                    // the job is over, and nothing has changed
                  } catch (MnException e) {
                    tell.accept(e.getMessage());
                  }
                });
    return () -> {
      over.countDown();
      looking.interrupt();
      try {
        looking.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Waits until the job is over, or ends it as soon as all it does is to wait for a person. */
  private void settle(MirrorNeuron mn, String jobId, Consumer<String> tell, CountDownLatch over)
      throws InterruptedException {
    boolean told = false;
    while (!isForPeople(mn, jobId)) {
      if (!told) {
        tell.accept("changed: " + names() + "; runs again when this has ended; Ctrl-C ends");
        told = true;
      }
      if (over.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    tell.accept("changed: " + names() + "; this only waits for a person, so it is cancelled");
    mn.jobs().cancel(jobId, null, "changed: " + names());
  }

  private static boolean isForPeople(MirrorNeuron mn, String jobId) {
    try {
      return mn.jobs().why(jobId).isForPeople();
    } catch (MnException e) {
      return false; // asked again
    }
  }

  private String names() {
    int more = changed.size() - NAMED;
    String first = String.join(", ", changed.stream().limit(NAMED).toList());
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
