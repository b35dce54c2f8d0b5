package io.mirrorneuron.run.human;

import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.run.folder.FileState;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunHeader;
import java.util.List;
import java.util.stream.Stream;

/** A run that is not over, watched with few looks at files. Used by one thread at a time. */
final class WatchedRun {
  private final RunFolder folder;
  private final HumanLog log;
  private List<FileState> seen = List.of();
  private boolean over;
  private String blueprintId;
  private HumanState state;

  WatchedRun(RunFolder folder, HumanLog log) {
    this.folder = folder;
    this.log = log;
  }

  /** Whether it has ended or is gone. */
  boolean isOver() {
    if (!folder.path().toFile().isDirectory()) {
      return true;
    }
    List<FileState> now =
        Stream.of("job.json", "run.json")
            .map(name -> FileState.at(folder.path().resolve(name)))
            .toList();
    if (!now.equals(seen)) {
      seen = now;
      over = folder.isOver();
      if (!over) {
        blueprintId = RunHeader.ofRun(folder).or(RunHeader.ofJob(folder)).blueprintIdOrNull();
      }
    }
    return over;
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

  /** Of the request, else of its run; null when neither names one. */
  String blueprintId(HumanRequest request) {
    String named = request.question().blueprintId();
    return named == null ? blueprintId : named;
  }
}
