package io.mirrorneuron.run;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.folder.RunFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps rows true to the folders of their runs. Guarded by their index. */
final class FolderRows {
  /** Folders made within this time of each other may have the same modification time. */
  private static final Duration CLOCK_TICK = Duration.ofMillis(50);

  /**
   * Milliseconds between two looks at all folders for each thousand of runs: some twenty times of
   * what a look takes, however many there are.
   */
  private static final long PAUSE_MS = 30;

  private final RunStore store;
  private final Clock clock;
  private final IndexedRows rows;
  private final Set<String> touched = ConcurrentHashMap.newKeySet();

  /** Runs that have no folder until somebody looks, and are not in the rows yet. */
  private final Queue<UnreadRuns.Shown> unread = new ConcurrentLinkedQueue<>();

  private boolean knowsUnread;
  private FileTime scanned;
  private long nextScan;

  FolderRows(RunStore store, Clock clock, IndexedRows rows) {
    this.store = store;
    this.clock = clock;
    this.rows = rows;
  }

  /** Hears of what this process writes from now on. */
  void listen() {
    store.onChange(touched::add);
    store.onUnread(unread::add);
  }

  void update() {
    if (!knowsUnread) {
      store.unread().each(unread::add);
      knowsUnread = true;
    }
    for (UnreadRuns.Shown run = unread.poll(); run != null; run = unread.poll()) {
      if (!store.has(run.runId())) {
        rows.put(RunRow.of(run));
      }
    }
    try {
      FileTime modified = Files.getLastModifiedTime(store.root());
      if (!modified.equals(scanned) && clock.millis() >= nextScan) {
        scan();
        nextScan = clock.millis() + PAUSE_MS * (rows.size() / 1000);
        boolean settled = modified.toInstant().isBefore(clock.instant().minus(CLOCK_TICK));
        scanned = settled ? modified : null;
      }
    } catch (IOException e) {
      throw MnException.unavailable("the run store cannot be read: " + e, e);
    }
    for (Iterator<String> changed = touched.iterator(); changed.hasNext(); ) {
      String runId = changed.next();
      changed.remove(); // before it is read: what changes meanwhile is read again
      refresh(runId);
    }
  }

  private void scan() throws IOException {
    Set<String> gone = rows.withFolders();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(store.root())) {
      for (Path folder : folders) {
        String runId = folder.getFileName().toString();
        if (!gone.remove(runId) && store.has(runId)) {
          refresh(runId);
        }
      }
    }
    gone.forEach(rows::remove);
  }

  /** The row as it is now, or null when the run is gone. One without a folder stays as it is. */
  RunRow refresh(String runId) {
    RunFolder folder = store.present(runId).orElse(null);
    RunRow before = rows.get(runId);
    if (folder != null) {
      RunRow row = RunRow.read(folder, before);
      rows.put(row);
      return row;
    }
    if (before != null && before.hasFolder()) {
      rows.remove(runId);
      return null;
    }
    return before;
  }
}
