package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.mirrorneuron.model.RunStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Why a job is where it is: the job itself, each step that is open and each agent that has
 * something to do, each with the record that says so.
 *
 * @param submittedBy subject of the token, or null; so are those who paused and cancelled
 * @param summary the text of the first explanation
 * @param more how many explanations were left out, or null for none
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

  /** Cause of what is done and has an output that its author should look at. */
  public static final String OUTPUT = "output";

  private static final Set<String> OF_PEOPLE = Set.of("person", "parents", OUTPUT);

  public Why {
    explanations = explanations == null ? List.of() : List.copyOf(explanations);
  }

  /** Whether the job has ended. */
  @JsonIgnore
  public boolean isOver() {
    return RunStatus.ofAnyCase(String.valueOf(status)).isFinal();
  }

  /**
   * The same, told by another node than the one that has the job, which may know more.
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

  /** Whether a person has to do something before the job can do anything. */
  @JsonIgnore
  public boolean isForPeople() {
    return explanations.stream().anyMatch(one -> "person".equals(one.cause()))
        && explanations.stream().map(Explanation::cause).allMatch(OF_PEOPLE::contains);
  }

  /**
   * What is explained.
   *
   * @param kind {@code job}, {@code step} or {@code agent}
   */
  public record Subject(String kind, String id) {}

  /**
   * One cause. What does not belong to it is null.
   *
   * @param state the word for where the subject is
   * @param cause a word of the contract
   * @param text a sentence for people
   * @param record where it can be read in the job's full detail
   * @param waitingFor ids of steps or agents; empty for none
   * @param pool that the execution waits for, at {@code position} of {@code length}
   * @param stderrTail the last lines of a program that failed; empty for none
   */
  public record Explanation(
      Subject subject,
      String state,
      String cause,
      String text,
      String record,
      @JsonInclude(Include.NON_EMPTY) List<String> waitingFor,
      @JsonInclude(Include.NON_NULL) String executionId,
      @JsonInclude(Include.NON_NULL) Moment since,
      @JsonInclude(Include.NON_NULL) Moment until,
      @JsonInclude(Include.NON_NULL) String pool,
      @JsonInclude(Include.NON_NULL) Integer position,
      @JsonInclude(Include.NON_NULL) Integer length,
      @JsonInclude(Include.NON_EMPTY) String stderrTail) {

    public Explanation {
      waitingFor = waitingFor == null ? List.of() : List.copyOf(waitingFor);
      stderrTail = stderrTail == null ? "" : stderrTail;
    }

    /** One that tells no more than what is explained and where that can be read. */
    public Explanation(Subject subject, String state, String cause, String text, String record) {
      this(subject, state, cause, text, record, List.of(), null, null, null, null, null, null, "");
    }
  }
}
