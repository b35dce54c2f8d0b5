package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.JobStore;
import java.util.Map;

/** The jobs of the store, as the system summary tells of them. */
record StoredJobCensus(JobsPort jobs, JobStore store) implements JobCensus {
  @Override
  public ArrayNode latest(int limit) {
    return (ArrayNode) jobs.list(limit, true).get("data");
  }

  @Override
  public Map<String, Long> countByStatus() {
    return Answers.await(store.counts());
  }
}
