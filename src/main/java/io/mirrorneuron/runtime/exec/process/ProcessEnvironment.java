package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.exec.spawn.SearchPath;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.MessageFiles;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolder;
import io.mirrorneuron.runtime.exec.workspace.Workspace;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.ServerVariables;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Lease;
import io.mirrorneuron.runtime.port.JobMetadata;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Environment of a program: a few of the server's variables, those of the contract, and those of
 * the manifest. Other variables of the server are not passed.
 */
public final class ProcessEnvironment {
  /** Marks all processes of an execution, as children inherit it. */
  public static final String EXECUTION_ID = "MN_EXECUTION_ID";

  /** Marks all processes of a data directory's runtime. */
  public static final String RUNTIME_ID = "MN_RUNTIME_ID";

  public static final String BEACON_PREFIX = "__MN_AGENT_BEACON__";

  /** Name the Python environment of a program. */
  private static final List<String> PYTHON =
      List.of("VIRTUAL_ENV", "MN_PYTHON_ENV", "MIRROR_NEURON_PYTHON_ENV");

  /** Members of the workflow context that programs get as {@code MN_WORKFLOW_…}. */
  private static final List<String> WORKFLOW_FACTS =
      List.of(
          "run_id",
          "step_id",
          "attempt_id",
          "attempt",
          "deadline_at",
          "heartbeat_deadline_at",
          "idempotency_key");

  private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

  private static final List<String> TEMPORARY = List.of("TMPDIR", "TMP", "TEMP");

  /** Keep libraries of programs from writing into the run's folder. */
  private static final List<String> RUN_STORE_SWITCHES =
      List.of("MN_NO_RUN_STORE", "MN_DISABLE_RUN_STORE");

  /** Package indexes, proxies and certificates that users set for pip. */
  private static final Pattern PIP =
      Pattern.compile(
          "PIP_.+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|XDG_(CACHE|CONFIG)_HOME"
              + "|(?i:(https?|all|no)_proxy)");

  private static final Pattern VALID_NAME = Pattern.compile("[^=\0]+");

  private final ServerVariables server;
  private final Map<String, String> inherited;
  private final Path runsRoot;
  private final String runtimeId;
  private final Supplier<Set<String>> vendors;
  private final ModelEnvironment models;

  /**
   * @param server environment of this process
   * @param vendors of the devices of this machine
   */
  public ProcessEnvironment(
      Map<String, String> server,
      Path runsRoot,
      String runtimeId,
      Supplier<Set<String>> vendors,
      ModelEnvironment models) {
    this.server = new ServerVariables(server);
    this.inherited = shown(server);
    this.inherited.putIfAbsent("PATH", SearchPath.DEFAULT);
    this.runsRoot = runsRoot;
    this.runtimeId = runtimeId;
    this.vendors = vendors;
    this.models = models;
  }

  /** Search path of programs unless a manifest sets it. */
  public String path() {
    return server.all().getOrDefault("PATH", SearchPath.DEFAULT);
  }

  /**
   * @param python environment that the node requests, or null
   * @param lease with the allocation of the program
   */
  public Map<String, String> of(
      Execution execution,
      ExecutorSettings settings,
      Workspace workspace,
      SubmissionFolder submission,
      PythonEnvironment python,
      Lease lease)
      throws NotStarted {
    Map<String, String> variables = new LinkedHashMap<>(inherited);
    TEMPORARY.forEach(name -> variables.put(name, workspace.temporary()));
    describe(execution, settings, workspace, variables);
    if (python != null) {
      PYTHON.forEach(name -> variables.put(name, python.folder().toString()));
    }
    variables.putAll(submission.variables(runsRoot));
    MetadataEnvironment.putLaunched(execution, workspace, variables);
    variables.putAll(explicit(execution.config().path(JobMetadata.BLUEPRINT_ENVIRONMENT.member())));
    RUN_STORE_SWITCHES.forEach(name -> copy(name, variables));
    passOn(execution.config().path("pass_env"), variables);
    variables.putAll(submission.of(explicit(execution.config().path("environment"))));
    AllocationVariables.put(lease.allocation(), vendors.get(), variables);
    variables.putAll(models.besides(variables));
    MetadataEnvironment.put(JobMetadata.SCHEDULE_DISPATCH, execution, workspace, variables);
    if (python != null) {
      variables.merge("PATH", python.bin(), (path, bin) -> bin + ":" + path);
    }
    mark(variables, execution.executionId());
    return variables;
  }

  /**
   * For tools that prepare an execution: the common variables, and those that pip needs.
   *
   * @param more variables that replace others
   */
  Map<String, String> ofTools(String executionId, Map<String, String> more) {
    Map<String, String> variables = new LinkedHashMap<>(server.all());
    variables.keySet().removeIf(name -> !PIP.matcher(name).matches());
    variables.putAll(more);
    return ofChecks(executionId, variables);
  }

  /**
   * For checks and hooks: the common variables.
   *
   * @param more variables that replace others
   */
  public Map<String, String> ofChecks(String executionId, Map<String, String> more) {
    Map<String, String> variables = new LinkedHashMap<>(inherited);
    variables.putAll(more);
    mark(variables, executionId);
    return variables;
  }

  /** The server's own variables that programs and templates of services get. */
  public static Map<String, String> shown(Map<String, String> server) {
    var shown = new LinkedHashMap<>(server);
    shown.keySet().retainAll(INHERITED);
    return shown;
  }

  private void copy(String name, Map<String, String> variables) {
    if (server.all().containsKey(name)) {
      variables.put(name, server.all().get(name));
    }
  }

  private void mark(Map<String, String> variables, String executionId) {
    variables.put(RUNTIME_ID, runtimeId);
    variables.put(EXECUTION_ID, executionId);
  }

  private static void describe(
      Execution execution,
      ExecutorSettings settings,
      Workspace workspace,
      Map<String, String> facts) {
    tell(facts, "INPUT_FILE", workspace.file(MessageFiles.INPUT));
    tell(facts, "CONTEXT_FILE", workspace.file(MessageFiles.CONTEXT));
    tell(facts, "MESSAGE_FILE", workspace.file(MessageFiles.MESSAGE));
    tell(facts, "BODY_FILE", workspace.file(MessageFiles.BODY));
    tell(facts, "BODY_CONTENT_TYPE", execution.contentType());
    tell(facts, "BODY_CONTENT_ENCODING", execution.contentEncoding());
    tell(facts, "AGENT_TYPE", execution.agentType());
    tell(facts, "AGENT_TEMPLATE", execution.templateType());
    tell(facts, "JOB_ID", execution.jobId());
    tell(facts, "AGENT_ID", execution.agentId());
    tell(facts, "WORKDIR", workspace.workdir().toString());
    for (String member : WORKFLOW_FACTS) {
      JsonNode value = execution.workflow().path(member);
      if (value.isValueNode() && !value.isNull()) {
        tell(facts, "WORKFLOW_" + member.toUpperCase(Locale.ROOT), value.asText());
      }
    }
    ExecutorSettings.Beacons beacons = settings.beacons();
    tell(facts, "AGENT_BEACON_STDOUT_PREFIX", BEACON_PREFIX);
    tell(facts, "AGENT_BEACON_INTERVAL_MS", Long.toString(beacons.interval().toMillis()));
    tell(facts, "AGENT_BEACON_TIMEOUT_MS", Long.toString(beacons.timeout().toMillis()));
    tell(facts, "AGENT_BEACON_REQUIRED", Boolean.toString(beacons.required()));
    tell(facts, "AGENT_BEACON_JOB_ID", execution.jobId());
    tell(facts, "AGENT_BEACON_AGENT_ID", execution.agentId());
    tell(facts, "AGENT_BEACON_ATTEMPT", Integer.toString(execution.attempt()));
    tell(facts, "AGENT_BEACON_STEP", execution.stepId());
    tell(facts, "AGENT_BEACON_SOURCE", "worker");
  }

  /** Each fact has two names. */
  private static void tell(Map<String, String> facts, String name, String value) {
    facts.put("MN_".concat(name), value);
    facts.put("MIRROR_NEURON_".concat(name), value);
  }

  private static Map<String, String> explicit(JsonNode environment) throws NotStarted {
    var variables = new LinkedHashMap<String, String>();
    for (Map.Entry<String, JsonNode> member : environment.properties()) {
      JsonNode value = member.getValue();
      if (value.isNull()) {
        continue;
      }
      String text = value.isContainerNode() ? Json.write(value) : value.asText();
      if (!VALID_NAME.matcher(member.getKey()).matches() || text.indexOf('\0') >= 0) {
        throw new NotStarted(
            "config.environment holds a name or value that no process can have: "
                + member.getKey().replace('\0', '?'));
      }
      variables.put(member.getKey(), text);
    }
    return variables;
  }

  private void passOn(JsonNode names, Map<String, String> variables) {
    for (JsonNode name : names) {
      String value = server.passed(name.asText());
      if (value != null) {
        variables.put(name.asText(), value);
      }
    }
  }

  /** Variables about the origin of the job. */
  private static final class MetadataEnvironment {
    /** Linux starts no program with a variable of 128 KiB; a fact may be much longer. */
    private static final int LONGEST_BYTES = 96 << 10;

    private MetadataEnvironment() {}

    /** Facts of a launch. */
    static void putLaunched(
        Execution execution, Workspace workspace, Map<String, String> variables) {
      put(JobMetadata.BLUEPRINT_CONFIG, execution, workspace, variables);
      put(JobMetadata.BLUEPRINT_SCENARIO, execution, workspace, variables);
    }

    /** Adds no variable for an absent fact, and only that of the file when the JSON is too long. */
    static void put(
        JobMetadata fact, Execution execution, Workspace workspace, Map<String, String> variables) {
      String json = execution.reported(fact);
      if (json == null) {
        return;
      }
      variables.put(fact.fileVariable(), workspace.file(fact.file()));
      if (json.getBytes(StandardCharsets.UTF_8).length <= LONGEST_BYTES) {
        variables.put(fact.jsonVariable(), json);
      }
    }
  }

  /**
   * Variables about the allocation of a program ({@code runtime.md} 3.4). The program sees only the
   * allocated devices. Volumes are announced, not mounted.
   */
  private static final class AllocationVariables {
    private static final String NVIDIA = "nvidia";
    private static final String AMD = "amd";

    private final Map<String, String> variables = new LinkedHashMap<>();

    private AllocationVariables() {}

    /**
     * Replaces variables of the same names.
     *
     * @param allocation null when the program requested none
     * @param vendors of the devices of the machine
     * @param variables of the program, including those of its manifest
     */
    static void put(Allocation allocation, Set<String> vendors, Map<String, String> variables) {
      if (vendors.contains(AMD)) {
        variables.remove("HIP_VISIBLE_DEVICES"); // indexes count within those of ROCR
      }
      variables.putAll(of(allocation, vendors));
    }

    private static Map<String, String> of(Allocation allocation, Set<String> vendors) {
      var own = new AllocationVariables();
      List<Device> devices = allocation == null ? List.of() : allocation.devices();
      if (vendors.contains(NVIDIA)) {
        for (String name : List.of("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")) {
          own.variables.put(name, list(devices, NVIDIA, Device::id));
        }
      }
      if (vendors.contains(AMD)) {
        own.variables.put(
            "ROCR_VISIBLE_DEVICES", list(devices, AMD, one -> Integer.toString(one.index())));
      }
      if (allocation != null) {
        own.put("MN_ALLOCATION_JSON", Json.write(Json.MAPPER.valueToTree(allocation)));
        own.put(
            "MN_ALLOCATED_DEVICE_IDS",
            devices.stream().map(Device::id).collect(Collectors.joining(",")));
        devices.forEach(device -> own.put("MN_GPU_DRIVER", device.driver()));
        allocation
            .ports()
            .forEach(port -> own.put(port.variable(), Integer.toString(port.number())));
        allocation
            .volumes()
            .forEach(
                volume -> {
                  own.put("MN_VOLUME_" + name(volume.name()), volume.source());
                  own.put("MN_VOLUME_" + name(volume.name()) + "_TARGET", volume.target());
                });
      }
      return own.variables;
    }

    private static String list(List<Device> devices, String vendor, Function<Device, String> name) {
      return devices.stream()
          .filter(one -> vendor.equals(one.vendor()))
          .map(name)
          .collect(Collectors.joining(","));
    }

    private void put(String name, String value) {
      if (value != null && !value.isEmpty() && value.indexOf('\0') < 0) {
        variables.put(name, value);
      }
    }

    private static String name(String label) {
      return label.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
  }
}
