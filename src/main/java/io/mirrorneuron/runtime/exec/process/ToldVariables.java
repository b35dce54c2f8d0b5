package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.ToldFact;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Variables by which programs learn where their job comes from. */
final class ToldVariables {
  /** Linux starts no program with a variable of 128 KiB; a fact may have much more. */
  private static final int LONGEST_BYTES = 96 << 10;

  private ToldVariables() {}

  /** What a launch tells. */
  static void putLaunched(Execution execution, Workspace workspace, Map<String, String> variables) {
    put(ToldFact.BLUEPRINT_CONFIG, execution, workspace, variables);
    put(ToldFact.BLUEPRINT_SCENARIO, execution, workspace, variables);
  }

  /** Adds none when there is nothing to tell, and only the file when the JSON is too long. */
  static void put(
      ToldFact fact, Execution execution, Workspace workspace, Map<String, String> variables) {
    String json = execution.told(fact);
    if (json == null) {
      return;
    }
    variables.put(fact.fileVariable(), workspace.file(fact.file()));
    if (json.getBytes(StandardCharsets.UTF_8).length <= LONGEST_BYTES) {
      variables.put(fact.jsonVariable(), json);
    }
  }
}
