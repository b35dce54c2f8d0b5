package io.mirrorneuron.cli;

import io.mirrorneuron.human.PersonName;
import java.util.List;
import java.util.Objects;

/**
 * A request of a job to people.
 *
 * @param assignees who alone may answer; empty for everybody
 * @param claim null when unclaimed
 */
public record OpenQuestion(
    String runId, String requestId, String prompt, List<String> assignees, Claim claim) {

  public OpenQuestion(String runId, String requestId, String prompt) {
    this(runId, requestId, prompt, List.of(), null);
  }

  /** A person's temporary claim of a request. */
  public record Claim(String by) {}

  String asked() {
    return Objects.toString(prompt, "(no prompt)");
  }

  /** The command that answers it. */
  public String answering() {
    return "mn human respond " + runId + " " + requestId;
  }

  String sentence() {
    return "waits for a person: " + asked() + " — " + answering();
  }

  /**
   * Whether a person of this name may answer it now.
   *
   * @param name empty for one without
   */
  boolean isFor(String name) {
    return (assignees.isEmpty() || assignees.stream().anyMatch(one -> isSame(one, name)))
        && (claim == null || isSame(Objects.toString(claim.by(), ""), name));
  }

  private static boolean isSame(String one, String other) {
    return PersonName.folded(one).equals(PersonName.folded(other));
  }
}
