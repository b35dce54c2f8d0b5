package io.mirrorneuron.run.human;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.run.folder.RunFolder;

/** The logs of runs that are looked at again and again. Thread-safe. */
public final class HumanLogs {
  private static final int KEPT = 1024;

  private final Cache<String, HumanLog> logs =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  /** The human side of the run now, also of one that has ended. */
  HumanState look(RunFolder folder) {
    boolean over = folder.isOver(); // before the files are read: then nothing can follow
    HumanState state = of(folder).look();
    return over ? state.atEnd() : state;
  }

  /** What is written of the run, which says nothing of its end. */
  HumanLog of(RunFolder folder) {
    return logs.get(folder.runId(), absent -> new HumanLog(folder));
  }
}
