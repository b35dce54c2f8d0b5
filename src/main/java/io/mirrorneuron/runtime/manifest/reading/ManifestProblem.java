package io.mirrorneuron.runtime.manifest.reading;

/** The kinds of errors in manifests, each with a code for programs and advice for the author. */
public enum ManifestProblem {
  REQUIRED("required", "Add the missing member."),
  SHAPE("invalid_value", "Give the member a value of the kind that the message names."),
  UNSUPPORTED("unsupported_value", "Use one of the values listed in the manifest reference."),
  REFERENCE("unknown_reference", "Name a node or step that is listed."),
  DUPLICATE("duplicate", "Give each of them an id, name or number of its own, or leave one out."),
  CONFLICT("conflict", "Keep only one of the members that contradict each other."),
  LIMIT("limit_exceeded", "Split the workflow or shorten the value."),
  AMOUNT("limit_exceeded", "Write a smaller number."),
  UNSAFE_PATH("unsafe_path", "Use a relative path with forward slashes and without \"..\"."),
  MISSING_UPLOAD("upload_missing", "Add the file below payloads/ or correct the path."),
  UNKNOWN_MEMBER("unknown_member", "Correct the name, or begin a name of your own with x-."),
  GRAPH("invalid_graph", "Lead edges from the source over every step to the sink, without loops."),
  RUNNER("runner_unavailable", "Use MirrorNeuron.Runner.HostLocal or ask the operator."),
  AGENT_TYPE("unsupported_agent_type", "Use a router, executor, aggregator, sensor or human.");

  private final String word;
  private final String help;

  ManifestProblem(String word, String help) {
    this.word = word;
    this.help = help;
  }

  String word() {
    return word;
  }

  String help() {
    return help;
  }

  /** The issue code in the form with nodes at the root. */
  String code() {
    return "manifest." + word;
  }

  /** The issue code in the form {@code mn.workflow/v1}. */
  String stepCode() {
    return switch (this) {
      case REQUIRED, SHAPE, UNSUPPORTED -> "workflow_manifest.schema_failed";
      case RUNNER, AGENT_TYPE -> code();
      default -> "workflow_manifest.validation_failed";
    };
  }

  /** Whether the manifest is right, and only this server lacks what it asks for. */
  boolean lacksCapability() {
    return this == RUNNER || this == AGENT_TYPE;
  }

  /** Whether a value should be another one. */
  boolean isOfValue() {
    return this == SHAPE || this == UNSUPPORTED;
  }
}
