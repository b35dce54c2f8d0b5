package io.mirrorneuron.human;

import io.mirrorneuron.runstore.RunFolder;
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

  HumanLog of(RunFolder folder) {
    synchronized (logs) {
      return logs.computeIfAbsent(folder.runId(), id -> new HumanLog(folder));
    }
  }
}
