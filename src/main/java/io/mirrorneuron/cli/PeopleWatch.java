package io.mirrorneuron.cli;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Looks every second which people a job waits for, where an HTTP API is known that tells. */
final class PeopleWatch implements AutoCloseable {
  private static final int EVERY_MS = 1000;

  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("people-watch").factory());
  private final Config config;
  private final ClientOptions command;
  private final String jobId;
  private final Consumer<List<OpenQuestion>> told;
  private RestClient rest;
  private String runId;

  /** The answer of {@code GET /human}. */
  private record Inbox(List<OpenQuestion> data) {}

  private PeopleWatch(
      Config config,
      ClientOptions command,
      String jobId,
      String runId,
      Consumer<List<OpenQuestion>> told) {
    this.config = config;
    this.command = command;
    this.jobId = jobId;
    this.runId = runId;
    this.told = told;
  }

  /**
   * Begins to look after a second, as most jobs ask nobody.
   *
   * @param runId of the job; null when the runtime did not tell it
   * @param told hears what is open, from a thread of its own, after each look
   */
  static PeopleWatch of(
      Config config,
      ClientOptions command,
      String jobId,
      String runId,
      Consumer<List<OpenQuestion>> told) {
    PeopleWatch watch = new PeopleWatch(config, command, jobId, runId, told);
    if (config.api().isKnown()) {
      watch.looking.scheduleWithFixedDelay(watch::look, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
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
        told.accept(rest.get("/human?run_id=" + RestClient.part(runId)).as(Inbox.class).data());
      }
    } catch (MnException e) {
      // The job is watched over another connection; what people are asked is told when this works.
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
