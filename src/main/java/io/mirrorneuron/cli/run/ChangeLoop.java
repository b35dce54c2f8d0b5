package io.mirrorneuron.cli.run;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.JobWatcher.AutoClosing;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Repeats a run whenever files of a folder change. A working job is left to finish; a job that only
 * waits for a person is cancelled, since its request is about to be replaced.
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
    boolean reported = false;
    while (!isForPeople(mn, jobId)) {
      if (!reported) {
        tell.accept("changed: " + names() + "; runs again when this has ended; Ctrl-C ends");
        reported = true;
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

  /**
   * Tells which files below a folder have changed since one last looked. Hidden files, back-up
   * copies of editors and what Python compiles are not looked at.
   */
  private static final class FolderChanges {
    /** So long nothing may change before it is told: editors write several files at a time. */
    private static final int QUIET_MS = 300;

    private final Path root;
    private Map<Path, State> known;

    private record State(long size, FileTime changed) {}

    FolderChanges(Path root) {
      this.root = root;
      this.known = look(null);
    }

    /** Takes what is there now as known. */
    void look() {
      known = look(null);
    }

    /**
     * Waits for a change. Returns the files that are new, other or gone, relative to the folder.
     */
    List<String> awaitChange() throws InterruptedException {
      try {
        while (true) {
          try (WatchService watch = root.getFileSystem().newWatchService()) {
            List<String> changed = changes(look(watch));
            if (!changed.isEmpty()) {
              return changed;
            }
            settle(watch);
          }
        }
      } catch (IOException e) {
        throw unreadable("watched", e);
      }
    }

    private static void settle(WatchService watch) throws InterruptedException {
      WatchKey key = watch.take();
      while (key != null) {
        key.pollEvents();
        key.reset();
        key = watch.poll(QUIET_MS, TimeUnit.MILLISECONDS);
      }
    }

    private List<String> changes(Map<Path, State> now) {
      TreeSet<Path> all = new TreeSet<>(now.keySet());
      all.addAll(known.keySet());
      List<String> changed =
          all.stream()
              .filter(file -> !Objects.equals(now.get(file), known.get(file)))
              .map(file -> root.relativize(file).toString())
              .toList();
      known = now;
      return changed;
    }

    /**
     * @param watch gets all folders, unless it is null
     */
    private Map<Path, State> look(WatchService watch) {
      Map<Path, State> found = new TreeMap<>();
      try {
        Files.walkFileTree(root, new Look(watch, found));
      } catch (IOException e) {
        throw unreadable("read", e);
      }
      return found;
    }

    private MnException unreadable(String how, IOException why) {
      return new MnException(
          ErrorCode.INTERNAL,
          "folder_unreadable",
          "the folder " + root + " cannot be " + how + ": " + why.getMessage());
    }

    private final class Look extends SimpleFileVisitor<Path> {
      private final WatchService watch;
      private final Map<Path, State> found;

      Look(WatchService watch, Map<Path, State> found) {
        this.watch = watch;
        this.found = found;
      }

      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
          throws IOException {
        if (!folder.equals(root) && isIgnored(folder)) {
          return FileVisitResult.SKIP_SUBTREE;
        }
        if (watch != null) {
          folder.register(
              watch,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE);
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (!isIgnored(file)) {
          found.put(file, new State(attributes.size(), attributes.lastModifiedTime()));
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
          return FileVisitResult.CONTINUE; // it has just gone
        }
        throw failure;
      }
    }

    private static boolean isIgnored(Path path) {
      String name = path.getFileName().toString();
      return name.startsWith(".") || name.endsWith("~") || name.equals("__pycache__");
    }
  }
}
