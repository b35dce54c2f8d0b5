package io.mirrorneuron.run.human;

import io.mirrorneuron.run.folder.RunFolder;
import java.util.LinkedHashMap;
import java.util.Map;

/** The logs of the runs that were looked at last. Thread-safe. */
public final class HumanLogs {
  private static final int KEPT = 256;

  private final Map<String, HumanLog> logs =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, HumanLog> eldest) {
          return size() > KEPT;
        }
      };

  /** The human side of the run now, also of one that has ended. */
  HumanState look(RunFolder folder) {
    boolean over = folder.isOver(); // before the files are read: then nothing can follow
    HumanState state = of(folder).look();
    return over ? state.atEnd() : state;
  }

  /** What is written of the run, which says nothing of its end. */
  HumanLog of(RunFolder folder) {
    synchronized (logs) {
      return logs.computeIfAbsent(folder.runId(), id -> new HumanLog(folder));
    }
  }
}
