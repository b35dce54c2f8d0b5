package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which programs can run only where their jobs are. Thread-safe. */
final class Homebound {
  /** Agents of jobs whose programs turned out to need the node of their job. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** Why it can run only where its job is; empty when other nodes can run it too. */
  Optional<String> bond(Execution execution) {
    return known.contains(agent(execution))
        ? Optional.of("it asks people, which the node of its job hears")
        : SentExecution.bond(execution);
  }

  /** The listener; once a program asks people, the next of its agent runs where its job is. */
  Listener binding(Execution execution, Listener listener) {
    return signal -> {
      if (signal instanceof Signal.Finished finished
          && GuestWatch.ASKS_PEOPLE.equals(finished.outcome().error())) {
        known.add(agent(execution));
      }
      listener.signal(signal);
    };
  }

  private static String agent(Execution execution) {
    return execution.jobId() + " " + execution.agentId();
  }
}
