package io.mirrorneuron.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Variables that look like settings and are none. */
class UnknownVariablesTest {
  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();

  private ConfigLoader loader() {
    environment.put("MN_HOME", home.toString());
    ConfigLoader loader = new ConfigLoader(environment, null, Map.of(), home);
    loader.load(); // none of them is refused
    return loader;
  }

  @Test
  void aMisspeltOneIsToldWithTheNearestName() {
    environment.put("MN_API_PROT", "1");
    environment.put("MN_GRPC_AUTH_TOKN", "secret");
    environment.put("MN_SOMETHING_ELSE_ENTIRELY", "1");

    assertThat(loader().strangers())
        .containsExactly(
            "MN_API_PROT sets nothing: there is no such setting; did you mean MN_API_PORT?",
            "MN_GRPC_AUTH_TOKN sets nothing: there is no such setting;"
                + " did you mean MN_GRPC_AUTH_TOKEN?",
            "MN_SOMETHING_ELSE_ENTIRELY sets nothing: there is no such setting");
  }

  @Test
  void thoseOfOtherBuildsAreToldInOneLine() {
    environment.put("MN_WEB_UI_PORT", "1");
    environment.put("MN_CLUSTER_NODES", "a");
    environment.put("MN_BLUEPRINT_WEB_UI_X", "1");

    assertThat(loader().strangers())
        .containsExactly(
            "this build does not use MN_BLUEPRINT_WEB_UI_X, MN_CLUSTER_NODES, MN_WEB_UI_PORT");
  }

  @Test
  void settingsAndWhatProgramsGetAreNotTold() {
    for (String name :
        new String[] {
          "MN_API_PORT",
          "MN_CONNECTIONS_MAX",
          "MN_RUN_ID",
          "MN_RUNTIME_ID",
          "MN_EXECUTION_ID",
          "MN_INPUT_FILE",
          "MN_PORT_HTTP",
          "MN_VOLUME_DATA",
          "MN_WORKFLOW_ATTEMPT",
          "MN_JAVA_OPTS",
          "MN_CLI_OUTPUT",
          "MN_NO_RUN_STORE",
          "MN_GPU_DRIVER",
          "MN_PYTHON_ENV",
          "OTHER_MN_X",
          "MNX"
        }) {
      environment.put(name, "1");
    }
    assertThat(loader().strangers()).isEmpty();
  }
}
