package io.mirrorneuron;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;

/** Hears what happens to a job; called by the thread that follows it. */
@FunctionalInterface
public interface JobListener {

  /** The next event: {@code {seq, type, timestamp, job_id, agent_id?, payload?, …}}. */
  void event(ObjectNode event);

  /** The runtime is away; what is missed meanwhile comes when it is back. May be called again. */
  default void away(MnException cause) {}
}
