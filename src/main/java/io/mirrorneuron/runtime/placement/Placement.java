package io.mirrorneuron.runtime.placement;

import io.mirrorneuron.runtime.port.Scheduler.Plan;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;

/** Port: chooses nodes for the agents of a job. Pure: equal questions have equal answers. */
public interface Placement {

  /**
   * @param nodes names of the nodes that may be used; at least one
   */
  Plan place(Workflow workflow, List<String> nodes);
}
