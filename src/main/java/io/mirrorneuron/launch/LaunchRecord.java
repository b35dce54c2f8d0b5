package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.Validation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A launch as it is stored: its events, and all state needed to continue it.
 *
 * @param key idempotency key of its job: repeated submissions make one job
 * @param order with the progress id that names the launch to clients
 * @param runId null until its source is known, unless it was ordered
 * @param jobId null until it is submitted
 * @param prepared whether the bundle to submit is kept beside it, so that no earlier step is
 *     repeated
 * @param takenUp how many servers have taken it over and did not stop in good order, this one
 *     included
 * @param events oldest first
 */
public record LaunchRecord(
    String key,
    LaunchOrder order,
    String runId,
    String jobId,
    boolean prepared,
    int takenUp,
    List<LaunchEvent> events) {

  private static final int LONGEST_PREFIX = 200;
  private static final int HEX_DIGITS = 16;

  public LaunchRecord {
    events = List.copyOf(events);
  }

  static LaunchRecord fresh(String key, LaunchOrder order) {
    return new LaunchRecord(key, order, order.runId(), null, false, 0, List.of());
  }

  public String id() {
    return order.progressId();
  }

  /** The name of the folder of its submission, where it prepares one. */
  String submissionId() {
    String prefix = runId.length() > LONGEST_PREFIX ? "job" : runId;
    return prefix + "-" + Sha256.of("launch " + key).substring(0, HEX_DIGITS);
  }

  /**
   * Whether it has taken its run, here or on a server before: one that was only ordered may be that
   * of another launch.
   */
  boolean hasRun() {
    return events.stream().anyMatch(event -> event.is(Phase.RESOLVE_SOURCE, LaunchEvent.COMPLETED));
  }

  /** Whether nothing will happen any more. */
  @JsonIgnore
  public boolean isOver() {
    return events.stream()
        .anyMatch(
            event ->
                event.is(Phase.LAUNCH, LaunchEvent.COMPLETED)
                    || event.is(Phase.LAUNCH, LaunchEvent.FAILED));
  }

  /** Whether it is over and made no job. */
  boolean hasFailed() {
    return isOver() && jobId == null;
  }

  /** Whether a phase has begun, here or on a server before. */
  boolean hasCome(Phase phase) {
    return events.stream().anyMatch(event -> event.phase().equals(phase.word()));
  }

  /**
   * Whether nothing before the submission is done again. What its hook has begun ended with the
   * server; while there can be no job yet, it begins again, and so does all that follows.
   */
  @JsonIgnore
  boolean isKept() {
    boolean isAccompanied =
        events.stream().anyMatch(event -> event.is(Phase.PRE_LAUNCH, LaunchEvent.COMPLETED));
    return prepared && (!isAccompanied || hasCome(Phase.SUBMIT));
  }

  LaunchRecord running(String run) {
    return new LaunchRecord(key, order, run, jobId, prepared, takenUp, events);
  }

  LaunchRecord submitted(String job) {
    return new LaunchRecord(key, order, runId, job, prepared, takenUp, events);
  }

  LaunchRecord takenUp(int servers) {
    return new LaunchRecord(key, order, runId, jobId, prepared, servers, events);
  }

  /** One that is over, without what may be secret. */
  LaunchRecord bare() {
    return new LaunchRecord(key, order.bare(), runId, jobId, prepared, takenUp, events);
  }

  LaunchRecord withBundle() {
    return new LaunchRecord(key, order, runId, jobId, true, takenUp, events);
  }

  /**
   * With news of a phase. Of those that tell how far a phase has come only the newest is kept.
   *
   * @param ts when it happened
   */
  LaunchRecord reported(
      String ts, Phase phase, String status, String message, Map<String, Object> details) {
    List<LaunchEvent> all = new ArrayList<>(events);
    long seq = all.isEmpty() ? 1 : all.getLast().seq() + 1;
    boolean goesOn = status.equals(LaunchEvent.RUNNING) && !all.isEmpty();
    if (goesOn && all.getLast().is(phase, LaunchEvent.RUNNING)) {
      all.removeLast();
    }
    all.add(new LaunchEvent(seq, ts, phase.word(), status, message, details));
    return new LaunchRecord(key, order, runId, jobId, prepared, takenUp, all);
  }

  /**
   * The result of a launch, or its progress so far.
   *
   * @param jobId null while nothing is submitted
   * @param status of the job, {@code pending}; {@code launching} while nothing is submitted
   * @param source {@code catalog}, {@code path} or {@code bundle}
   * @param validation null before validation, or when that was skipped
   * @param modelInstall null before models are checked
   * @param webUiService as its manifest describes it; null for none
   * @param warnings of the runtime
   */
  public record Launched(
      String jobId,
      String runId,
      String status,
      String source,
      Object blueprint,
      Validation validation,
      ModelInstalls modelInstall,
      String progressId,
      Object webUiService,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

  /**
   * A launch that goes on.
   *
   * @param found completes when its bundle is known
   * @param done completes when there is a job
   */
  public record LaunchTicket(CompletableFuture<Launched> found, CompletableFuture<Launched> done) {

    static LaunchTicket open() {
      return new LaunchTicket(new CompletableFuture<>(), new CompletableFuture<>());
    }

    void fail(MnException failure) {
      found.completeExceptionally(failure);
      done.completeExceptionally(failure);
    }
  }

  /**
   * One thing that happened in a launch.
   *
   * @param seq grows within the launch
   * @param ts as ISO 8601
   * @param phase its word
   * @param status {@link #RUNNING}, {@link #COMPLETED}, {@link #FAILED} or {@link #SKIPPED}
   * @param details members that the phase tells; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record LaunchEvent(
      long seq,
      String ts,
      String phase,
      String status,
      String message,
      Map<String, Object> details) {
    public static final String RUNNING = "running";
    public static final String COMPLETED = "completed";
    public static final String FAILED = "failed";
    public static final String SKIPPED = "skipped";

    /** Two details, told in this order. */
    static Map<String, Object> details(String one, Object value, String other, Object otherValue) {
      Map<String, Object> details = new LinkedHashMap<>();
      details.put(one, value);
      details.put(other, otherValue);
      return details;
    }

    boolean is(Phase that, String word) {
      return phase.equals(that.word()) && status.equals(word);
    }
  }

  /** What a launch goes through, in this order. */
  public enum Phase {
    RESOLVE_SOURCE("Find the bundle"),
    REQUIREMENTS("Check what it requires"),
    MODEL_INSTALL("Install its models"),
    CLEANUP("Clear up after older runs"),
    PRE_LAUNCH("Run its own preparation"),
    VALIDATION("Validate it"),
    PREPARE_BUNDLE("Prepare the bundle"),
    SUBMIT("Submit the job"),
    /** The launch as a whole: it is told when all is over. */
    LAUNCH("Launch");

    private final String label;

    Phase(String label) {
      this.label = label;
    }

    /** As the contract writes it: {@code resolve_source}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The phase of that word, which a launch has written. */
    static Phase of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** For people. */
    public String label() {
      return label;
    }
  }
}
