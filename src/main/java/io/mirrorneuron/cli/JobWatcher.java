package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.WorkflowRuns;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Shows a job until it ends, and then its result. Ctrl-C stops watching; the job goes on. */
public final class JobWatcher {
  private final Client client;
  private final MirrorNeuron mn;
  private final boolean verbose;
  private Companion companion = (_, _) -> () -> {};
  private String bundle = "BUNDLE";
  private Answers answers;

  public JobWatcher(Client client, MirrorNeuron mn) {
    this(client, mn, false);
  }

  /** What goes on while a job is watched. */
  @FunctionalInterface
  public interface Companion {
    /**
     * @param tell shows people a sentence
     * @return ends what goes on
     */
    AutoClosing begin(String jobId, Consumer<String> tell);
  }

  /** Asks the person at the terminal what the job asks. */
  @FunctionalInterface
  public interface Answers {
    /**
     * @throws InterruptedException when nobody waits for the answer any more
     */
    void to(OpenQuestion question, RestClient rest) throws InterruptedException;
  }

  /** What closes without failing. */
  public interface AutoClosing extends AutoCloseable {
    @Override
    void close();
  }

  public JobWatcher with(Companion beside) {
    companion = beside;
    return this;
  }

  /** The folder, zip or manifest that the job was made of: the way out of a failure names it. */
  public JobWatcher of(String path) {
    bundle = path.matches("[\\w./@%+=:,-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    return this;
  }

  /** Questions of the job are asked where it is watched, if that is a terminal. */
  public JobWatcher asking(Answers here) {
    answers = here;
    return this;
  }

  private void ask(OpenQuestion question) throws InterruptedException {
    try (RestClient rest = RestClient.of(client.config(), client)) {
      answers.to(question, rest);
    }
  }

  /**
   * @param verbose whether a pipe gets a line for each event, and not only for those that tell how
   *     far the job is
   */
  public JobWatcher(Client client, MirrorNeuron mn, boolean verbose) {
    this.client = client;
    this.mn = mn;
    this.verbose = verbose;
  }

  /**
   * @param timeout zero means none
   * @return the exit code
   */
  public int untilEnd(String jobId, Duration timeout) throws InterruptedException {
    JobDetail details = mn.jobDetails(jobId);
    JobView view = JobView.of(client, details, verbose, answers == null ? null : this::ask);
    try (AutoClosing _ = view::close;
        PeopleWatch _ =
            PeopleWatch.of(client.config(), client, jobId, details.facts().runId(), view::asked);
        AutoClosing _ = companion.begin(jobId, view::tell);
        AutoClosing _ = atCtrlC(() -> letGo(view, jobId))) {
      mn.runs().follow(jobId, 0, timeout, view);
    } catch (MnException e) {
      if (client.json() && e.error().equals(WorkflowRuns.WAIT_TIMEOUT)) {
        client.output().json(document(mn.runs().outcome(jobId), details.facts().runId()));
      }
      throw e;
    }
    return result(mn.runs().outcome(jobId), details.facts().runId());
  }

  /** Runs the action when the process is told to end; the exit code is then that of the signal. */
  public static AutoClosing atCtrlC(Runnable action) {
    Thread hook = new Thread(action, "detach");
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending and the action runs.
      }
    };
  }

  private void letGo(JobView view, String jobId) {
    view.close();
    client.complain(
        "detached; the job goes on. Watch it with mn job monitor %1$s, end it with mn job cancel %1$s"
            .formatted(jobId));
  }

  /** Prints what came out of a job that has ended. Returns the exit code. */
  public int result(JobOutcome outcome) {
    return result(outcome, null);
  }

  private int result(JobOutcome outcome, String runId) {
    if (client.json()) {
      client.output().json(document(outcome, runId));
    } else if (outcome.isCompleted()) {
      client.output().json(outcome.output());
      outcome
          .outputUrl()
          .ifPresent(url -> client.complain("the output is a file of the run: GET " + url));
    } else {
      String why = Output.printable(outcome.reason());
      outcome.stderrTail().forEach(line -> client.complain("| " + Output.printed(line)));
      client.complain(
          "job %s %s%s%s"
              .formatted(
                  outcome.jobId(),
                  outcome.status(),
                  why.isEmpty() ? "" : ": " + why,
                  outcome.isFailed() ? next(outcome) : ""));
    }
    return ExitCode.of(outcome);
  }

  /** What one does about a failure: read on, and go on from the step, mended or not. */
  private String next(JobOutcome outcome) {
    String job = outcome.jobId();
    return "\n  mn job why %1$s and mn job logs %1$s tell more".formatted(job)
        + outcome
            .failedStep()
            .map(
                step ->
                    "\n  once the files are mended, mn job fork %s --at %s --bundle %s goes on from there"
                        .formatted(job, step, bundle))
            .orElse("");
  }

  /**
   * @param runId null when it was not asked for
   */
  private static ObjectNode document(JobOutcome outcome, String runId) {
    ObjectNode document = Json.object().put("job_id", outcome.jobId());
    if (runId != null) {
      document.put("run_id", runId);
    }
    document.put("status", outcome.status());
    document.set("result", outcome.result().isMissingNode() ? null : outcome.result());
    return document;
  }

  /** Looks every second which people a job waits for, where an HTTP API is known that tells. */
  private static final class PeopleWatch implements AutoCloseable {
    private static final int EVERY_MS = 1000;

    private final ScheduledExecutorService looking =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("people-watch").factory());
    private final Config config;
    private final ClientOptions command;
    private final String jobId;
    private final Consumer<List<OpenQuestion>> reported;
    private RestClient rest;
    private String runId;

    /** The answer of {@code GET /human}. */
    private record Inbox(List<OpenQuestion> data) {}

    private PeopleWatch(
        Config config,
        ClientOptions command,
        String jobId,
        String runId,
        Consumer<List<OpenQuestion>> reported) {
      this.config = config;
      this.command = command;
      this.jobId = jobId;
      this.runId = runId;
      this.reported = reported;
    }

    /**
     * Begins to look after a second, as most jobs ask nobody.
     *
     * @param runId of the job; null when the runtime did not tell it
     * @param reported hears what is open, from a thread of its own, after each look
     */
    static PeopleWatch of(
        Config config,
        ClientOptions command,
        String jobId,
        String runId,
        Consumer<List<OpenQuestion>> reported) {
      PeopleWatch watch = new PeopleWatch(config, command, jobId, runId, reported);
      if (config.api().isKnown()) {
        watch.looking.scheduleWithFixedDelay(
            watch::look, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
      }
      return watch;
    }

    private void look() {
      try {
        if (rest == null) {
          rest = RestClient.of(config, command);
        }
        if (runId == null) {
          // a run that is not listed yet is looked for again
          String found = RunAddress.runId(rest, jobId);
          runId = found.equals(jobId) ? null : found;
        }
        if (runId != null) {
          reported.accept(
              rest.get("/human?run_id=" + RestClient.part(runId)).as(Inbox.class).data());
        }
      } catch (MnException e) {
        // The job is watched over another connection; what people are asked is told when this
        // works.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      looking.shutdownNow();
      if (rest != null) {
        rest.close();
      }
    }
  }
}
