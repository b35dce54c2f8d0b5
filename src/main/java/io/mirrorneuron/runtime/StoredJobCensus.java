package io.mirrorneuron.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.runtime.cluster.JobCensus;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import java.util.function.Supplier;

/** The jobs of the store, as the system summary tells of them. */
record StoredJobCensus(JobsPort jobs, JobStore store, Supplier<Map<String, Long>> times)
    implements JobCensus {
  @Override
  public ArrayNode latest(int limit) {
    ArrayNode rows = Json.MAPPER.createArrayNode();
    jobs.list(limit, true).data().forEach(row -> rows.add(Json.parseObject(row.json(), "row")));
    return rows;
  }

  @Override
  public Map<String, Long> timesOfSchedules() {
    return times.get();
  }

  @Override
  public Map<String, Long> countByStatus() {
    return Answers.await(store.counts());
  }
}
