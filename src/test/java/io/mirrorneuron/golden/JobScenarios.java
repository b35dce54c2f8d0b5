package io.mirrorneuron.golden;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.security.Role;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Jobs that come to each kind of end, and what is told of them. One after the other. */
final class JobScenarios {
  private final GoldenServer golden;
  private final Looks looks;

  JobScenarios(GoldenServer golden) {
    this.golden = golden;
    this.looks = new Looks(golden);
  }

  /**
   * Programs with a branch that is not taken, a retry and a failure that is put up with. The first
   * of the scenarios: the runtime samples programs each five seconds of their time, and this job's
   * samples are kept. Each program takes another time, so that the slowest are always the same.
   */
  String steps() {
    String job = golden.submit("steps", Scenery.text("steps.json"));
    golden.awaitEnd(job);
    looks.endedJob(job, "steps");
    looks.run("run-" + job, "steps", false);
    golden.keepFolder("run-" + job, "steps");
    return job;
  }

  /** Three routers and a sink: no program, one commit. */
  String routers() {
    String job = golden.submit("routers", SampleManifests.routers("routers", 3));
    golden.awaitEnd(job);
    looks.endedJob(job, "routers");
    looks.run("run-" + job, "routers", false);
    looks.streams("run-" + job, "routers");
    golden.keepWholeFolder("run-" + job, "routers");
    return job;
  }

  /** Its program fails in both attempts, is started once more, and fails again. */
  void failed() {
    String job = golden.submit("failed", Scenery.text("failed.json"));
    golden.awaitEnd(job);
    looks.endedJob(job, "failed");
    golden.keepFolderButSamples("run-" + job, "failed");
    golden.call("exportRun", "run_id", "run-" + job, "format", "markdown").keep("failed");
  }

  /** A step waits for its next attempt, another one for that step; then somebody cancels. */
  void waitingAndCancelled() {
    String job = golden.submit("waiting", Scenery.text("waiting.json"));
    golden.await("a retry", () -> golden.event(job, "workflow_step_attempt_retry_scheduled"));
    golden.awaitSamples(job);
    looks.job(job, "waiting");
    golden.call("cancelJob", "job_id", job).keep("waiting");
    golden.awaitEnd(job);
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
    golden.await("the second step", () -> golden.stepRuns(job, "enter"));
    golden.awaitSamples(job);
    looks.job(job, "gate-running");
    golden.call("backupJob", "job_id", job).keep("gate-running");
    golden.call("pauseJob", "job_id", job).keep("gate");
    golden.awaitSamples(job);
    looks.job(job, "gate-paused");
    byte[] copy = golden.call("backupJob", "job_id", job).keepBytes("gate");
    String restored =
        golden.named(
            "restored",
            golden
                .call("restoreJob", "blueprint_id", "harbour", "run_id", "restored-run")
                .file("backup", copy)
                .keep("gate"));
    looks.job(restored, "restored");
    golden.call("resumeJob", "job_id", job).keep("gate");
    golden.await("the second step again", () -> golden.stepRuns(job, "enter"));
    followed(job, gate);
    golden.awaitEnd(job);
    looks.endedJob(job, "gate");
    golden.call("resumeJob", "job_id", restored).keep("restored");
    golden.awaitEnd(restored, "restored-run");
    looks.job(restored, "restored-ended");
    golden.keepFolderButSamples("restored-run", "restored");
  }

  /** Follows a running job over both kinds of streams, and lets it go on when all is told. */
  private void followed(String job, Path gate) {
    String told = "\"seq\":" + golden.server.events(job).getLast().path("seq").asLong();
    golden.sockets.keep(
        "live",
        golden.call("followJobEvents", "job_id", job),
        talk -> {
          talk.hearUntil(frame -> frame.contains(told));
          golden.rest.keepLive(
              "live",
              golden.call("listJobEvents", "job_id", job).accept("text/event-stream"),
              data -> {
                if (data.contains(told)) {
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
    golden.await("the program", () -> golden.event(job, "executor_lease_acquired"));
    golden.call("pauseJob", "job_id", job, "drain", "true").keep("drained");
    golden.awaitSamples(job);
    looks.job(job, "drained");
    golden.call("cancelJob", "job_id", job).keep("drained");
    golden.awaitEnd(job);
  }

  /** Made and ended by people whom tokens name. */
  void ofNamedPeople() {
    String ada = golden.bearer("ada", Role.OPERATOR);
    String bob = golden.bearer("bob", Role.OPERATOR);
    String body =
        Json.write(
            Json.object().put("manifest_json", SampleManifests.program("named", "sleep", "600")));
    String job = golden.named("named", golden.call("submitJob").as(ada).body(body).keep("named"));
    golden.await("the program", () -> golden.event(job, "executor_lease_acquired"));
    golden.call("cancelJob", "job_id", job).as(bob).keep("named");
    golden.awaitEnd(job);
    looks.job(job, "named");
    golden.keepFolderButSamples("run-" + job, "named");
  }

  /** A service that cannot handle one message until something changes. */
  void deadLetters() {
    var known = golden.server.home().resolve("known");
    String job = golden.submit("desk", Scenery.gated("desk.json", known));
    golden.await("the first guest", () -> golden.event(job, "greeted"));
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
    golden.await("a dead letter", () -> golden.event(job, "dead_letter"));
    golden.awaitSamples(job);
    looks.job(job, "desk");
    Scenery.open(known);
    golden.call("replayDeadLetter", "job_id", job, "index", "0").keep("desk");
    golden.call("replayDeadLetter", "job_id", job, "index", "7").keep("unknown");
    golden.await("the guest", () -> golden.events(job, "greeted") == 2);
    golden.call("listDeadLetters", "job_id", job).keep("replayed");
    golden.call("cancelJob", "job_id", job).keep("desk");
    golden.awaitEnd(job);
    looks.job(job, "desk-cancelled");
  }

  /**
   * @param steps the job of {@link #steps}
   * @param routers that of {@link #routers}
   */
  void forks(String steps, String routers) {
    String fork = golden.named("fork", fork(steps, "{\"at\":\"note\"}", "step"));
    golden.awaitEnd(fork);
    looks.job(fork, "fork");
    String again = golden.named("fork-of-routers", fork(routers, "{\"at\":0}", "beginning"));
    golden.awaitEnd(again);
    looks.job(again, "fork-of-routers");
    fork(steps, "{\"at\":\"nowhere\"}", "unknown-step");
    fork(steps, "{\"at\":99999}", "unknown-event");
    fork(routers, "{\"at\":3,\"inputs\":{\"nobody\":{}}}", "unknown-input");
  }

  private String fork(String job, String body, String name) {
    return golden.call("forkJob", "job_id", job).body(body).keep(name);
  }

  void uploads() {
    String manifest =
        Json.write(
            Json.parseObject(
                Scenery.text("human.json")
                    .replace("\"mail\"", "\"upload\"")
                    .replace("/mail\"", "/upload\"")
                    .replace("write.sh", "run.sh"),
                "manifest"));
    byte[] zip =
        new Zips()
            .file("manifest.json", manifest)
            .file("payloads/upload/run.sh", "sleep 0.5; echo '{\"complete_run\":{\"ran\":1}}'")
            .bytes();
    ObjectNode uploaded =
        Json.parseObject(golden.call("uploadBundle").file("bundle", zip).keep(""), "uploaded");
    String bundle = uploaded.path("bundle_path").asText();
    golden.normaliser.name(bundle, "bundle");
    golden
        .call("uploadBundle")
        .file("bundle", "no zip".getBytes(StandardCharsets.UTF_8))
        .keep("no-zip");
    golden.call("uploadBundle").file("other", zip).keep("other-field");
    golden
        .call("uploadBundle")
        .file("bundle", new Zips().file("../manifest.json", manifest).bytes())
        .keep("escaping");
    golden
        .call("uploadBundle")
        .file("bundle", new Zips().file("a", "a").bytes())
        .keep("no-manifest");
    String body = Json.write(Json.object().put("bundle_path", bundle));
    String job =
        golden.named(
            "upload",
            golden.call("submitJob", "Idempotency-Key", "key-1").body(body).keep("bundle"));
    golden.awaitEnd(job);
    looks.job(job, "upload");
    golden.call("submitJob", "Idempotency-Key", "key-1").body(body).keep("same-key");
    golden
        .call("submitJob", "Idempotency-Key", "key-1")
        .body(Json.write(Json.object().put("manifest_json", SampleManifests.routers("k", 1))))
        .keep("key-of-another");
    golden.call("submitJob").body("{\"bundle_path\":\"bundle-unknown\"}").keep("unknown-bundle");
  }
}
