package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Work whose result several executions need at the same time: the first does it, the others wait
 * for what comes out, good or bad. When the one that works is stopped, the next one takes over.
 * Thread-safe.
 */
public final class SharedWork {
  /** Who waits, by key; a key is here while somebody works for it. Guarded by itself. */
  private final Map<String, Deque<Notice.Inbox>> waiting = new HashMap<>();

  /**
   * @param inbox of the execution that needs it; between its notices only a stop is expected
   * @param work done on this thread; it answers {@link Preparation.Stopped} when it was stopped
   */
  Preparation get(String key, Notice.Inbox inbox, Supplier<Preparation> work) {
    if (!isFirst(key, inbox)) {
      switch (inbox.await(Deadline.NEVER)) {
        case Notice.Prepared(Preparation.Stopped _) -> {} // This one's turn.
        case Notice.Prepared(Preparation result) -> {
          return result;
        }
        default -> {
          leave(key, inbox);
          return new Preparation.Stopped();
        }
      }
    }
    Preparation result = new Preparation.Stopped();
    try {
      result = work.get();
      return result;
    } finally {
      pass(key, result);
    }
  }

  private boolean isFirst(String key, Notice.Inbox inbox) {
    synchronized (waiting) {
      Deque<Notice.Inbox> queue = waiting.get(key);
      if (queue == null) {
        waiting.put(key, new ArrayDeque<>());
        return true;
      }
      queue.add(inbox);
      return false;
    }
  }

  private void leave(String key, Notice.Inbox inbox) {
    synchronized (waiting) {
      Deque<Notice.Inbox> queue = waiting.get(key);
      if (queue != null && queue.remove(inbox)) {
        return;
      }
    }
    // The result crossed the wish to stop. A turn that came with it belongs to the next one.
    if (inbox.await(Deadline.NEVER) instanceof Notice.Prepared(Preparation.Stopped stopped)) {
      pass(key, stopped);
    }
  }

  private void pass(String key, Preparation result) {
    synchronized (waiting) {
      Deque<Notice.Inbox> queue = waiting.get(key);
      if (result instanceof Preparation.Stopped && !queue.isEmpty()) {
        queue.remove().put(new Notice.Prepared(result));
      } else {
        waiting.remove(key);
        queue.forEach(each -> each.put(new Notice.Prepared(result)));
      }
    }
  }
}
