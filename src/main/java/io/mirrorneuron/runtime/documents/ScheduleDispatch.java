package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;

/** What programs of a job that a schedule made are told of why they run. */
public final class ScheduleDispatch {
  private ScheduleDispatch() {}

  /**
   * @param config of a node; not changed
   * @param manifest of the job
   * @return the same when no schedule made the job
   */
  public static ObjectNode tell(ObjectNode config, ObjectNode manifest) {
    if (!(manifest.get("metadata") instanceof ObjectNode metadata)
        || !(metadata.get("schedule_dispatch") instanceof ObjectNode dispatch)) {
      return config;
    }
    ObjectNode told = config.deepCopy();
    told.set(Execution.SCHEDULE_DISPATCH, dispatch);
    return told;
  }
}
