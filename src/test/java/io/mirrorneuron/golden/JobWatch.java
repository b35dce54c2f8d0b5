package io.mirrorneuron.golden;

import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Waits until jobs and the folders of their runs are as a scenario needs them. */
final class JobWatch {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");

  private final PackagedServer server;

  JobWatch(PackagedServer server) {
    this.server = server;
  }

  Path folder(String run) {
    return server.home().resolve("runs").resolve(run);
  }

  /** Returns when the job has ended and all is written in the folder of its run. */
  void awaitEnd(String job) {
    awaitEnd(job, "run-" + job);
  }

  /** The last thing that is written of a run is the status in its {@code job.json}. */
  void awaitFolder(String run) {
    Path file = folder(run).resolve("job.json");
    await(
        "the end of the folder " + run,
        () -> {
          try {
            return Files.exists(file)
                && ENDED.contains(
                    Json.parseObject(Files.readString(file), "job.json").path("status").asText());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Returns when the newest deployment of a key has that status. */
  void awaitDeployment(String key, String status) {
    await(
        "the deployment of " + key,
        () -> server.get("/deployments/" + key).path("status").asText().equals(status));
  }

  void awaitEnd(String job, String run) {
    await("the end of " + job, () -> ENDED.contains(server.status(job)));
    awaitFolder(run);
  }

  /** Whether the job has told of an event of this type. */
  boolean event(String job, String type) {
    return events(job, type) > 0;
  }

  long events(String job, String type) {
    return server.events(job).stream().filter(e -> e.path("type").asText().equals(type)).count();
  }

  boolean stepRuns(String job, String step) {
    return server
        .get("/jobs/" + job + "?include=full")
        .at("/job/workflow_state/steps/" + step + "/status")
        .asText()
        .equals("running");
  }

  /**
   * Returns when all that the job has told is in the folder of its run, and the views of the job
   * know it: reading the run waits for the first, and a page of the stream looks at the files anew,
   * while other reads may tell what the files were a quarter of a second ago.
   */
  void settle(String job) {
    String run = server.get("/jobs/" + job).at("/job/run_id").asText();
    server.get("/runs/" + run + "/events?limit=1");
    PackagedServer.answer(
        server.send(
            server
                .request("/jobs/" + job + "/workflow-progress/stream")
                .header("Accept", "application/json")));
    await(
        "the detail of " + job + " knows the files of its run",
        () ->
            server
                .get("/jobs/" + job)
                .at("/observability_summary/counts")
                .equals(server.get("/runs/" + run + "/observability-summary").path("counts")));
  }

  /** Returns when the programs of the job that have ended are among the samples of its run. */
  void awaitSamples(String job) {
    Path samples = folder("run-" + job).resolve("resources.jsonl");
    await(
        "the samples of " + job,
        () -> {
          try (Stream<String> lines = Files.exists(samples) ? Files.lines(samples) : Stream.of()) {
            return lines.filter(line -> line.contains("\"final\":true")).count()
                >= events(job, "executor_lease_released");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  void await(String what, BooleanSupplier condition) {
    Eventually.eventually(what, PATIENCE, condition);
  }
}
