package io.mirrorneuron.run.human;

import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import java.io.File;
import java.util.List;
import java.util.stream.Stream;

/** A run that is not over, watched with few looks at files. Used by one thread at a time. */
final class WatchedRun {
  private final RunFolder folder;
  private final HumanLog log;
  private List<Long> stamps = List.of();
  private boolean over;
  private String blueprintId;
  private HumanState state;

  WatchedRun(RunFolder folder, HumanLog log) {
    this.folder = folder;
    this.log = log;
  }

  /** Whether it has ended or is gone. */
  boolean isOver() {
    List<Long> now =
        Stream.of("", "job.json", "run.json")
            .map(name -> folder.path().resolve(name).toFile())
            .map(file -> file.isDirectory() ? 0L : file.lastModified() * 31 + file.length())
            .toList();
    if (!now.equals(stamps)) {
      stamps = now;
      over = !exists() || folder.isOver();
      blueprintId = RunHeader.ofRun(folder).or(RunHeader.ofJob(folder)).blueprintIdOrNull();
    }
    return over || !exists();
  }

  private boolean exists() {
    File path = folder.path().toFile();
    return path.isDirectory();
  }

  /** Looks for new records; whether there were any. */
  boolean hasNews() {
    HumanState now = log.look();
    boolean news = now != state;
    state = now;
    return news;
  }

  HumanState state() {
    return state;
  }

  String runId() {
    return folder.runId();
  }

  /** Null when the run names none. */
  String blueprintId() {
    return blueprintId;
  }
}
