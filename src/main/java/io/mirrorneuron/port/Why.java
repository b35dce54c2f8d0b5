package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.model.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Explains the state of a job: the job itself, each open step and each agent with work, each with
 * the record that proves it.
 *
 * @param submittedBy subject of the token, or null; so are those for pause and cancellation
 * @param summary the text of the first explanation
 * @param more number of explanations left out, or null for none
 */
public record Why(
    String jobId,
    String status,
    @JsonInclude(Include.NON_NULL) String submittedBy,
    @JsonInclude(Include.NON_NULL) String pausedBy,
    @JsonInclude(Include.NON_NULL) String cancelledBy,
    String summary,
    List<Explanation> explanations,
    @JsonInclude(Include.NON_NULL) Integer more) {

  /** Cause of a finished subject whose output the author should look at. */
  public static final String OUTPUT = "output";

  private static final Set<String> OF_PEOPLE = Set.of("person", "parents", OUTPUT);

  public Why {
    explanations = explanations == null ? List.of() : List.copyOf(explanations);
  }

  @JsonIgnore
  public boolean isOver() {
    return RunStatus.ofAnyCase(String.valueOf(status)).isFinal();
  }

  /**
   * Returns a copy as answered by a node other than the job's own, which may know more.
   *
   * @param node that has the job
   * @param why it is not reached
   */
  public Why notOf(String node, String why) {
    String text =
        "server %s, which has the job, is not reached now (%s); the rest is what is stored of the job"
            .formatted(node, why);
    List<Explanation> all = new ArrayList<>();
    all.add(
        new Explanation(
            new Subject("job", jobId), status, PeerJobs.UNREACHED, text, "job.lease_owner"));
    all.addAll(explanations);
    return new Why(jobId, status, submittedBy, pausedBy, cancelledBy, text, all, more);
  }

  /** Whether the job can do nothing until a person acts. */
  @JsonIgnore
  public boolean isForPeople() {
    return explanations.stream().anyMatch(one -> "person".equals(one.cause()))
        && explanations.stream().map(Explanation::cause).allMatch(OF_PEOPLE::contains);
  }

  /**
   * The explained object.
   *
   * @param kind {@code job}, {@code step} or {@code agent}
   */
  public record Subject(String kind, String id) {}

  /**
   * One cause. Members that do not apply are null.
   *
   * @param state status word of the subject
   * @param cause a word of the contract
   * @param text a sentence for people
   * @param record its place in the job's full detail
   * @param waitingFor ids of steps or agents; empty for none
   * @param pool that the execution waits for, at {@code position} of {@code length}
   * @param stderrTail the last lines of a failed program; empty for none
   */
  public record Explanation(
      Subject subject,
      String state,
      String cause,
      String text,
      String record,
      @JsonInclude(Include.NON_EMPTY) List<String> waitingFor,
      @JsonInclude(Include.NON_NULL) String executionId,
      @JsonInclude(Include.NON_NULL) NullableTime since,
      @JsonInclude(Include.NON_NULL) NullableTime until,
      @JsonInclude(Include.NON_NULL) String pool,
      @JsonInclude(Include.NON_NULL) Integer position,
      @JsonInclude(Include.NON_NULL) Integer length,
      @JsonInclude(Include.NON_EMPTY) String stderrTail) {

    public Explanation {
      waitingFor = waitingFor == null ? List.of() : List.copyOf(waitingFor);
      stderrTail = stderrTail == null ? "" : stderrTail;
    }

    public Explanation(Subject subject, String state, String cause, String text, String record) {
      this(subject, state, cause, text, record, List.of(), null, null, null, null, null, null, "");
    }
  }
}
