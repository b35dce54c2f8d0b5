package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import java.util.Set;

/**
 * The deployment by whose doing agents are what they are.
 *
 * @param role {@code primary}, {@code canary}, {@code candidate} or {@code retired}
 * @param policy null where an earlier build has not kept it
 */
public record DeployedBy(
    String deploymentId,
    String key,
    String version,
    String role,
    @JsonInclude(JsonInclude.Include.NON_NULL) UpdatePolicy policy) {
  public static final String PRIMARY = "primary";
  public static final String CANARY = "canary";
  public static final String CANDIDATE = "candidate";
  public static final String RETIRED = "retired";

  private static final Set<String> BEFORE_PRIMARY = Set.of(CANARY, CANDIDATE);

  /** In another role, which is not one of before: what was asked for once may arrive late. */
  DeployedBy playing(String next) {
    boolean goesOn = next.equals(RETIRED) || next.equals(PRIMARY) && BEFORE_PRIMARY.contains(role);
    return goesOn ? new DeployedBy(deploymentId, key, version, next, policy) : this;
  }
}
