package io.mirrorneuron.runtime.port;

/**
 * What programs of a job are told of where it comes from, as a member of the manifest's {@code
 * metadata} says it: each as a file, and in a variable where it is short enough for one.
 */
public enum JobMetadata {
  /** Why a schedule made the job. */
  SCHEDULE_DISPATCH("schedule_dispatch", "MN_SCHEDULE_DISPATCH"),

  /** The configuration of the blueprint that was launched, all its layers merged. */
  BLUEPRINT_CONFIG("blueprint_config", "MN_BLUEPRINT_CONFIG"),

  /** The scenario of the blueprint that was launched. */
  BLUEPRINT_SCENARIO("blueprint_scenario", "MN_BLUEPRINT_SCENARIO"),

  /** Variables that a hook of the launch has set: each is one of its programs, too. */
  BLUEPRINT_ENVIRONMENT("blueprint_environment", "MN_BLUEPRINT_ENVIRONMENT");

  private final String member;
  private final String variable;

  JobMetadata(String member, String variable) {
    this.member = member;
    this.variable = variable;
  }

  /** Of {@code metadata}, and of the {@code config} of an {@link Execution}. */
  public String member() {
    return member;
  }

  /** Where the JSON itself is. */
  public String jsonVariable() {
    return variable + "_JSON";
  }

  /** Where the path of the file is. */
  public String fileVariable() {
    return variable + "_FILE";
  }

  /** The file, in the workspace. */
  public String file() {
    return "mirror_neuron_" + member + ".json";
  }
}
