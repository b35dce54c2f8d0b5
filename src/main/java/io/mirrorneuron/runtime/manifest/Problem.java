package io.mirrorneuron.runtime.manifest;

/** The kinds of errors a manifest can have: a machine word and an advice for its author. */
enum Problem {
  REQUIRED("required", "Add the missing member."),
  SHAPE("invalid_value", "Give the member a value of the kind that the message names."),
  UNSUPPORTED("unsupported_value", "Use one of the values listed in the manifest reference."),
  REFERENCE("unknown_reference", "Name a node that is listed in nodes."),
  DUPLICATE("duplicate", "Give each node an id of its own."),
  CONFLICT("conflict", "Keep only one of the members that contradict each other."),
  LIMIT("limit_exceeded", "Split the workflow or shorten the value."),
  UNSAFE_PATH("unsafe_path", "Use a relative path with forward slashes and without \"..\"."),
  MISSING_UPLOAD("upload_missing", "Add the file below payloads/ or correct the path."),
  FORM("unsupported_form", "Describe the graph with nodes and edges at the root."),
  RUNNER("runner_unavailable", "Use MirrorNeuron.Runner.HostLocal or ask the operator."),
  AGENT_TYPE("unsupported_agent_type", "Use a router, executor, aggregator or sensor.");

  private final String word;
  private final String help;

  Problem(String word, String help) {
    this.word = word;
    this.help = help;
  }

  String word() {
    return word;
  }

  String help() {
    return help;
  }

  /** Whether the manifest is sound but this server lacks what it needs. */
  boolean lacksCapability() {
    return this == RUNNER || this == AGENT_TYPE;
  }
}
