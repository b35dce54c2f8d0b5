package io.mirrorneuron.golden;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Zips;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;

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
    golden.watch.awaitEnd(job);
    looks.endedJob(job, "steps");
    looks.run("run-" + job, "steps", false);
    looks.zip("run-" + job, "steps", false);
    golden.keepFolder("run-" + job, "steps");
    return job;
  }

  /** Three routers and a sink: no program, one commit. */
  String routers() {
    String job = golden.submit("routers", SampleManifests.routers("routers", 3));
    golden.watch.awaitEnd(job);
    looks.endedJob(job, "routers");
    looks.run("run-" + job, "routers", false);
    looks.zip("run-" + job, "routers", false);
    looks.streams("run-" + job, "routers");
    golden.keepWholeFolder("run-" + job, "routers");
    return job;
  }

  /** Its program fails in both attempts, is started once more, and fails again. */
  void failed() {
    String job = golden.submit("failed", Scenery.text("failed.json"));
    golden.watch.awaitEnd(job);
    looks.endedJob(job, "failed");
    golden.keepFolderButSamples("run-" + job, "failed");
    golden.call("exportRun", "run_id", "run-" + job, "format", "markdown").keep("failed");
  }

  /**
   * @param steps the job of {@link #steps}
   * @param routers that of {@link #routers}
   */
  void forks(String steps, String routers) {
    String fork = golden.named("fork", fork(steps, "{\"at\":\"note\"}", "step"));
    golden.watch.awaitEnd(fork);
    looks.job(fork, "fork");
    String again = golden.named("fork-of-routers", fork(routers, "{\"at\":0}", "beginning"));
    golden.watch.awaitEnd(again);
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
            .file("payloads/upload/run.sh", Scenery.text("run.sh"))
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
    golden.watch.awaitEnd(job);
    looks.job(job, "upload");
    golden.call("submitJob", "Idempotency-Key", "key-1").body(body).keep("same-key");
    golden
        .call("submitJob", "Idempotency-Key", "key-1")
        .body(Json.write(Json.object().put("manifest_json", SampleManifests.routers("k", 1))))
        .keep("key-of-another");
    golden.call("submitJob").body("{\"bundle_path\":\"bundle-unknown\"}").keep("unknown-bundle");
    golden.call("validateJob").body(body).keep("bundle");
    golden
        .call("validateJob")
        .body(
            """
            {"manifest": {"graph_id": "wrong", "nodes": [
              {"node_id": "a", "agent_type": "executor", "config": {"timeout_second": 3}}],
              "edges": [{"from_node": "a", "to_node": "b"}]}}""")
        .keep("wrong");
    golden.call("validateJob").body("{\"manifest_json\":\"{ ,\"}").keep("malformed");
    golden.call("planJob").body(body).keep("bundle");
    shortForm();
  }

  /** A bundle in YAML with steps at the root, and inputs by name. */
  private void shortForm() {
    byte[] zip =
        new Zips()
            .file("manifest.yaml", Scenery.text("short.yaml"))
            .file("payloads/fetch.sh", "sleep 0.5; cat $MN_INPUT_FILE; sleep 0.5")
            .bytes();
    String bundle =
        Json.parseObject(golden.call("uploadBundle").file("bundle", zip).keep("yaml"), "uploaded")
            .path("bundle_path")
            .asText();
    golden.normaliser.name(bundle, "yaml-bundle");
    golden.call("validateJob").body(inputs(bundle, "{}")).keep("input-missing");
    golden.call("validateJob").body(inputs(bundle, "{\"ctiy\": 1}")).keep("input-unknown");
    String body = inputs(bundle, "{\"city\": \"Porto\"}");
    golden.call("validateJob").body(body).keep("short");
    String job = golden.named("short", golden.call("submitJob").body(body).keep("short"));
    golden.watch.awaitEnd(job);
    golden.watch.awaitSamples(job);
    looks.job(job, "short");
  }

  private static String inputs(String bundle, String inputs) {
    ObjectNode body = Json.object().put("bundle_path", bundle);
    body.set("inputs", Json.parseObject(inputs, "inputs"));
    return Json.write(body);
  }
}
