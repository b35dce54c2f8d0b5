package io.mirrorneuron.run.human;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.run.folder.RunFolder;

/** A cache of the human logs of runs. Thread-safe. */
public final class HumanLogs {
  private static final int KEPT = 1024;

  private final Cache<String, HumanLog> logs =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT).build();

  /** The current human side of the run, also of an ended run. */
  HumanState look(RunFolder folder) {
    boolean over = folder.isOver(); // before the files are read: then nothing can follow
    HumanState state = of(folder).look();
    return over ? state.atEnd() : state;
  }

  /** The log of the run; does not reflect the run's end. */
  HumanLog of(RunFolder folder) {
    return logs.get(folder.runId(), absent -> new HumanLog(folder));
  }
}
