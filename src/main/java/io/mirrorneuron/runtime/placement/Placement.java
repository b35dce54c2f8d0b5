package io.mirrorneuron.runtime.placement;

import java.util.List;

/**
 * Port: chooses nodes for the agents of a job. Pure: equal questions have equal answers, in
 * whichever order the nodes come.
 */
public interface Placement {

  /**
   * Each agent is given what it asks for only while its program runs, so it fits a node that has as
   * much in all, whatever others want of it.
   *
   * @param nodes with different names
   * @param requests each with the strategy that holds for it
   */
  PlacementPlan plan(List<Machine> nodes, List<PlacementRequest> requests);

  /**
   * The same for a job of which every node runs a copy: of each agent one for each node that may
   * take it, called {@code agent@node}.
   */
  PlacementPlan planEach(List<Machine> nodes, List<PlacementRequest> requests);
}
