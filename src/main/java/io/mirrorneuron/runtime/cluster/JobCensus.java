package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Map;

/** What a cluster's summary says about jobs. Cheap: the summary is the health probe. */
public interface JobCensus {
  /** The latest job rows, as lists show them, newest change first. */
  ArrayNode latest(int limit);

  /** How many jobs have each status; statuses without jobs may be absent. */
  Map<String, Long> countByStatus();
}
