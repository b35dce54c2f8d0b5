package io.mirrorneuron.runtime;

import io.mirrorneuron.port.JobsPort.Subscription;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who wants to hear of which job. Thread-safe; a job nobody watches costs one map look-up. */
final class Watches {
  private final Map<String, List<Runnable>> watchers = new ConcurrentHashMap<>();

  Subscription add(String jobId, Runnable onChange) {
    watchers.compute(
        jobId,
        (id, present) -> {
          List<Runnable> list = present == null ? new CopyOnWriteArrayList<>() : present;
          list.add(onChange);
          return list;
        });
    return () ->
        watchers.computeIfPresent(
            jobId,
            (id, present) -> {
              present.remove(onChange);
              return present.isEmpty() ? null : present;
            });
  }

  void changed(String jobId) {
    List<Runnable> present = watchers.get(jobId);
    if (present != null) {
      present.forEach(Runnable::run);
    }
  }
}
