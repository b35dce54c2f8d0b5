package io.mirrorneuron.golden;

import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;

/** Jobs that somebody stops, lets go on, talks to or ends. */
final class SteeringScenarios {
  private final GoldenServer golden;
  private final Looks looks;

  SteeringScenarios(GoldenServer golden) {
    this.golden = golden;
    this.looks = new Looks(golden);
  }

  /** A step waits for its next attempt, another one for that step; then somebody cancels. */
  void waitingAndCancelled() {
    String job = golden.submit("waiting", Scenery.text("waiting.json"));
    golden.watch.await(
        "a retry", () -> golden.watch.event(job, "workflow_step_attempt_retry_scheduled"));
    golden.watch.awaitSamples(job);
    var errors = golden.server.home().resolve("runs/run-" + job + "/errors.jsonl");
    golden.watch.await("its failure is recorded", () -> Files.exists(errors));
    looks.job(job, "waiting");
    golden.call("cancelJob", "job_id", job).keep("waiting");
    golden.watch.awaitEnd(job);
    looks.endedJob(job, "cancelled");
    golden.keepFolderButSamples("run-" + job, "cancelled");
    golden.call("cancelJob", "job_id", job).keep("cancelled");
    golden.call("pauseJob", "job_id", job).keep("cancelled");
    golden.call("resumeJob", "job_id", job).keep("cancelled");
    golden.call("backupJob", "job_id", job).keep("cancelled");
  }

  /** Runs, is paused in its second step, copied, restored, and goes on. */
  void pausedAndRestored() {
    var gate = golden.server.home().resolve("gate");
    String job = golden.submit("gate", Scenery.gated("gate.json", gate));
    golden.watch.await("the second step", () -> golden.watch.stepRuns(job, "enter"));
    golden.watch.awaitSamples(job);
    looks.job(job, "gate-running");
    golden.call("backupJob", "job_id", job).keep("gate-running");
    golden.call("pauseJob", "job_id", job).keep("gate");
    golden.watch.awaitSamples(job);
    looks.job(job, "gate-paused");
    byte[] copy = golden.call("backupJob", "job_id", job).keepBytes("gate");
    String restored =
        golden.named(
            "restored",
            golden
                .call("restoreJob", "blueprint_id", "harbour", "run_id", "restored-run")
                .file("backup", copy)
                .keep("gate"));
    golden.call("restoreJob", "run_id", "restored-run").file("backup", copy).keep("run-in-use");
    looks.job(restored, "restored");
    golden.call("resumeJob", "job_id", job).keep("gate");
    golden.watch.await("the second step again", () -> golden.watch.stepRuns(job, "enter"));
    followed(job, gate);
    golden.watch.awaitEnd(job);
    looks.endedJob(job, "gate");
    golden.call("resumeJob", "job_id", restored).keep("restored");
    golden.watch.awaitEnd(restored, "restored-run");
    looks.job(restored, "restored-ended");
    golden.keepFolderButSamples("restored-run", "restored");
  }

  /** Follows a running job over both kinds of streams, and lets it go on when all is told. */
  private void followed(String job, Path gate) {
    String reported = "\"seq\":" + golden.server.events(job).getLast().path("seq").asLong();
    golden.sockets.keep(
        "live",
        golden.call("followJobEvents", "job_id", job),
        talk -> {
          talk.hearUntil(frame -> frame.contains(reported));
          golden.rest.keepLive(
              "live",
              golden.call("listJobEvents", "job_id", job).accept("text/event-stream"),
              data -> {
                if (data.contains(reported)) {
                  Scenery.open(gate);
                }
                return true;
              });
          talk.hearUntil(frame -> frame.startsWith("{\"event\":\"end\"")).close();
        });
  }

  /** Stops when its first program has ended by itself. */
  void drained() {
    String job =
        golden.submit(
            "drained",
            SampleManifests.programs(
                "drained", 2, id -> new String[] {"sh", "-c", "sleep 1; echo " + id}));
    golden.watch.await("the program", () -> golden.watch.event(job, "executor_lease_acquired"));
    golden.call("pauseJob", "job_id", job, "drain", "true").keep("drained");
    golden.watch.awaitSamples(job);
    Path log = golden.folder("run-" + job).resolve("logs.jsonl");
    golden.watch.await("what the program said", () -> Files.exists(log)); // a moment after its end
    looks.job(job, "drained");
    golden.call("cancelJob", "job_id", job).keep("drained");
    golden.watch.awaitEnd(job);
  }

  /** Made and ended by people whom tokens name. */
  void ofNamedPeople() {
    String ada = golden.bearer("ada", Role.OPERATOR);
    String bob = golden.bearer("bob", Role.OPERATOR);
    String body =
        Json.write(
            Json.object().put("manifest_json", SampleManifests.program("named", "sleep", "600")));
    String job = golden.named("named", golden.call("submitJob").as(ada).body(body).keep("named"));
    golden.watch.await("the program", () -> golden.watch.event(job, "executor_lease_acquired"));
    golden.watch.settle(job);
    golden.call("cancelJob", "job_id", job).as(bob).keep("named");
    golden.watch.awaitEnd(job);
    looks.job(job, "named");
    golden.keepFolderButSamples("run-" + job, "named");
  }

  /** A service that cannot handle one message until something changes. */
  void deadLetters() {
    var known = golden.server.home().resolve("known");
    String job = golden.submit("desk", Scenery.gated("desk.json", known));
    golden.watch.await("the first guest", () -> golden.watch.event(job, "greeted"));
    golden
        .call("sendMessage", "job_id", job)
        .body(
            "{\"agent_id\":\"desk\",\"message_id\":\"m-1\",\"type\":\"guest\",\"body\":{\"who\":\"mystery\"}}")
        .keep("flat");
    golden
        .call("sendMessage", "job_id", job)
        .body(
            "{\"agent_id\":\"desk\",\"message_id\":\"m-1\",\"type\":\"guest\",\"body\":{\"who\":\"mystery\"}}")
        .keep("again");
    golden
        .call("sendMessage", "job_id", job)
        .body(
            "{\"agent_id\":\"desk\",\"message_id\":\"m-1\",\"type\":\"guest\",\"body\":{\"who\":\"other\"}}")
        .keep("other");
    golden.watch.await("a dead letter", () -> golden.watch.event(job, "dead_letter"));
    golden.watch.awaitSamples(job);
    looks.job(job, "desk");
    Scenery.open(known);
    golden.call("replayDeadLetter", "job_id", job, "index", "0").keep("desk");
    golden.call("replayDeadLetter", "job_id", job, "index", "7").keep("unknown");
    golden.watch.await("the guest", () -> golden.watch.events(job, "greeted") == 2);
    golden.call("listDeadLetters", "job_id", job).keep("replayed");
    golden.call("cancelJob", "job_id", job).keep("desk");
    golden.watch.awaitEnd(job);
    looks.job(job, "desk-cancelled");
  }
}
