package io.mirrorneuron.runtime.port;

/**
 * Facts about the origin of a job, members of the manifest's {@code metadata}. Programs get each as
 * a file, and as a variable if it is short enough.
 */
public enum JobMetadata {
  /** Why a schedule made the job. */
  SCHEDULE_DISPATCH("schedule_dispatch", "MN_SCHEDULE_DISPATCH"),

  /** The configuration of the launched blueprint, with all layers merged. */
  BLUEPRINT_CONFIG("blueprint_config", "MN_BLUEPRINT_CONFIG"),

  /** The scenario of the launched blueprint. */
  BLUEPRINT_SCENARIO("blueprint_scenario", "MN_BLUEPRINT_SCENARIO"),

  /** Variables set by a hook of the launch; each also becomes a variable of the program. */
  BLUEPRINT_ENVIRONMENT("blueprint_environment", "MN_BLUEPRINT_ENVIRONMENT");

  private final String member;
  private final String variable;

  JobMetadata(String member, String variable) {
    this.member = member;
    this.variable = variable;
  }

  /** The member of {@code metadata}, and of the {@code config} of an {@link Execution}. */
  public String member() {
    return member;
  }

  /** The variable with the JSON. */
  public String jsonVariable() {
    return variable + "_JSON";
  }

  /** The variable with the path of the file. */
  public String fileVariable() {
    return variable + "_FILE";
  }

  /** The name of the file in the workspace. */
  public String file() {
    return "mirror_neuron_" + member + ".json";
  }
}
