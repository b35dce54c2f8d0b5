package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.workspace.MessageFiles;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.port.Execution;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Variables by which programs learn which schedule made their job, and why. */
final class ScheduleVariables {
  private static final String JSON = "MN_SCHEDULE_DISPATCH_JSON";
  private static final String FILE = "MN_SCHEDULE_DISPATCH_FILE";

  /** Linux starts no program with a variable of 128 KiB; a payload may have much more. */
  private static final int LONGEST_BYTES = 96 << 10;

  private ScheduleVariables() {}

  /** Adds none when no schedule made the job, and only the file when the JSON is too long. */
  static void put(Execution execution, Workspace workspace, Map<String, String> variables) {
    String dispatch = execution.scheduleDispatch();
    if (dispatch == null) {
      return;
    }
    variables.put(FILE, workspace.file(MessageFiles.SCHEDULE_DISPATCH));
    if (dispatch.getBytes(StandardCharsets.UTF_8).length <= LONGEST_BYTES) {
      variables.put(JSON, dispatch);
    }
  }
}
