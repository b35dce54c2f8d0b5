package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.JobsPort.Subscription;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listeners by job. An unwatched job costs one map look-up. Thread-safe. */
public final class Watches {
  private final Map<String, List<Watch>> watchers = new ConcurrentHashMap<>();

  /** One call of {@link #add}; a listener may have several, each closed on its own. */
  private static final class Watch {
    private final Runnable onChange;

    Watch(Runnable onChange) {
      this.onChange = onChange;
    }
  }

  Subscription add(String jobId, Runnable onChange) {
    Watch watch = new Watch(onChange);
    watchers.compute(
        jobId,
        (id, present) -> {
          List<Watch> list = present == null ? new CopyOnWriteArrayList<>() : present;
          list.add(watch);
          return list;
        });
    return () ->
        watchers.computeIfPresent(
            jobId,
            (id, present) -> {
              present.remove(watch);
              return present.isEmpty() ? null : present;
            });
  }

  Set<String> watched() {
    return Set.copyOf(watchers.keySet());
  }

  public void changed(String jobId) {
    List<Watch> present = watchers.get(jobId);
    if (present != null) {
      present.forEach(watch -> watch.onChange.run());
    }
  }
}
