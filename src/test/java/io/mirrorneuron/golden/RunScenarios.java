package io.mirrorneuron.golden;

import io.mirrorneuron.wire.Json;

/** Runs whose folders stand there before the server starts, so that all in them is known. */
final class RunScenarios {
  private static final String DONE = "harbour-1";
  private static final String FAILED = "harbour-2";
  private static final String RUNNING = "harbour-3";

  private final GoldenServer golden;
  private final Looks looks;

  RunScenarios(GoldenServer golden) {
    this.golden = golden;
    this.looks = new Looks(golden);
  }

  void lookAtAll() {
    for (String run : new String[] {DONE, FAILED, RUNNING}) {
      looks.run(run, run, true);
      looks.zip(run, run, !run.equals(RUNNING));
    }
    looks.streams(DONE, DONE);
    looks.streams(FAILED, FAILED);
    golden
        .call("streamRun", "run_id", DONE, "channels", "logs", "level", "warning")
        .keep("warnings");
    golden
        .call("streamRun", "run_id", DONE)
        .header("Last-Event-ID", "harbour-1:events:3:x:y")
        .keep("behind-3");
    golden.call("listRunLogs", "run_id", DONE, "level", "warning").stored().keep("warnings");
    golden.call("listRunLogs", "run_id", DONE, "after", "0", "limit", "1").stored().keep("page");
    golden.call("listRunLogs", "run_id", DONE, "text", "e", "step", "none").stored().keep("none");
    golden.call("listRunLogs", "run_id", DONE, "stream", "stdin").keep("no-stream");
    golden
        .call("listRunLogs", "run_id", DONE, "since", "2001-06-20T10:01:00Z")
        .stored()
        .keep("since");
    golden.call("listRunEvents", "run_id", DONE, "channel", "human").stored().keep("human");
    golden
        .call("listRunTimeline", "run_id", DONE, "since", "2001-06-20T10:01:00Z")
        .stored()
        .keep("since");
    golden.call("getRunUi", "run_id", DONE, "limit", "1").stored().keep("limit");
    golden.call("createStreamToken", "run_id", DONE).keep("");
    golden
        .call("compareRuns")
        .body("{\"run_ids\":[\"harbour-1\",\"harbour-2\"]}")
        .stored()
        .keep("");
    golden.call("compareRuns").body("{\"run_ids\":[\"harbour-1\",\"gone\"]}").keep("unknown");
    golden.call("exportRun", "run_id", DONE).accept("text/markdown").stored().keep("accepted");
  }

  void files() {
    for (String file :
        new String[] {"events.jsonl", "reports/summary.md", "report.pdf", "config.json"}) {
      artifact(file).keep(file.replace('/', '-'));
    }
    artifact("report.pdf").header("Range", "bytes=2-5").keep("part");
    artifact("report.pdf").header("Range", "bytes=99-").keep("no-part");
    artifact("report.pdf")
        .header("If-Modified-Since", "Wed, 01 Jan 2098 00:00:00 GMT")
        .keep("unchanged");
    String etag = artifact("report.pdf").etag();
    artifact("report.pdf").header("If-None-Match", etag).keep("same-etag");
    artifact("report.pdf").header("If-Match", "\"other\"").keep("other-etag");
    artifact("report.pdf").head().keep("head");
    artifact("gone.pdf").keep("gone");
    artifact("../harbour-2/run.json").keep("outside");
    artifact(".mn/lock").keep("hidden");
    golden.call("getRunOutput", "run_id", DONE, "output_index", "0").stored().keep("");
    golden.call("getRunOutput", "run_id", DONE, "output_index", "1").stored().keep("gone");
    golden.call("revealRunOutput", "run_id", DONE, "output_index", "0").keep("");
    golden.call("revealRunArtifact", "run_id", DONE, "artifact_path", "report.pdf").keep("");
    golden.call("getRunUiVideo", "run_id", DONE).stored().keep("");
    golden.call("getRunUiVideo", "run_id", FAILED).stored().keep("none");
  }

  private RestCall artifact(String path) {
    return golden.call("getRunArtifact", "run_id", DONE, "artifact_path", path).stored();
  }

  /** Two people, four requests. */
  void people() {
    golden.call("listHuman").stored().keep("");
    golden.call("listHuman", "sort", "due", "limit", "1").stored().keep("page");
    answer("q1", "{\"berth\":\"four\",\"by\":\"ada\"}").stored().keep("form");
    answer("q1", "{\"berth\":4,\"by\":\"ada\"}").stored().keep("q1");
    answer("q1", "{\"berth\":4,\"by\":\"ada\"}").stored().keep("q1-again");
    answer("q1", "{\"berth\":5,\"by\":\"bob\"}").stored().keep("q1-other");
    answer("q2", "{\"decision\":\"perhaps\",\"by\":\"ada\"}").stored().keep("not-allowed");
    answer("q2", "{\"decision\":\"approve\",\"by\":\"ada\"}").stored().keep("first-of-two");
    answer("q2", "{\"decision\":\"approve\",\"by\":\"ada\"}").stored().keep("same-of-two");
    answer("q2", "{\"decision\":\"approve\",\"by\":\"bob\"}").stored().keep("second-of-two");
    on("claimRunHuman", "q3").body("{\"by\":\"ada\",\"lease_seconds\":600}").stored().keep("");
    on("claimRunHuman", "q3").header("X-MN-User", "bob").stored().keep("claimed");
    on("claimRunHuman", "q3").stored().keep("nobody");
    golden.call("listHuman", "status", "claimed").stored().keep("claimed");
    golden.call("listHuman", "by", "ada").stored().keep("by");
    answer("q3", "{\"decision\":\"reject\",\"by\":\"bob\"}").stored().keep("claimed");
    on("releaseRunHuman", "q3").body("{\"by\":\"bob\"}").stored().keep("not-yours");
    on("releaseRunHuman", "q3").body("{\"by\":\"ada\"}").stored().keep("");
    answer("q3", "{\"decision\":\"reject\",\"shown_sha256\":\"" + "0".repeat(64) + "\"}")
        .stored()
        .keep("not-shown");
    answer("q9", "{\"decision\":\"reject\"}").stored().keep("unknown");
    golden
        .call("acknowledgeRunNotice", "run_id", RUNNING, "notice_id", "n1")
        .body("{\"by\":\"ada\"}")
        .stored()
        .keep("");
    golden
        .call("acknowledgeRunNotice", "run_id", RUNNING, "notice_id", "n9")
        .stored()
        .keep("unknown");
    golden.call("listRunHuman", "run_id", RUNNING).stored().keep("after");
    golden.call("listRunHuman", "run_id", RUNNING, "status", "answered").stored().keep("answered");
    golden.call("listRunHuman", "run_id", RUNNING, "status", "pending").stored().keep("pending");
  }

  private RestCall answer(String request, String body) {
    return on("respondToRunHuman", request).body(body);
  }

  private RestCall on(String operation, String request) {
    return golden.call(operation, "run_id", RUNNING, "request_id", request);
  }

  /** A program asks, waits and is answered. */
  void askedByAProgram() {
    String body =
        Json.write(
            Json.object()
                .put("manifest_json", Scenery.text("human.json"))
                .set("payloads", Json.object().put("mail/write.sh", Scenery.text("write.sh"))));
    String job = golden.named("mail", golden.call("submitJob").body(body).keep("mail"));
    String run = "run-" + job;
    golden.watch.await(
        "a request", () -> golden.server.get("/human?run_id=" + run).path("data").size() == 1);
    golden.call("listHuman", "run_id", run).keep("mail");
    golden.call("listRunHuman", "run_id", run).keep("mail-asked");
    golden
        .call("claimRunHuman", "run_id", run, "request_id", "q1")
        .body("{\"by\":\"ada\"}")
        .keep("mail");
    golden
        .call("respondToRunHuman", "run_id", run, "request_id", "q1")
        .body("{\"decision\":\"approve\",\"by\":\"ada\",\"comment\":\"Looks right\"}")
        .keep("mail");
    golden.watch.awaitEnd(job);
    golden.call("listRunHuman", "run_id", run).keep("mail-answered");
    looks.jobOfWriters(job, "mail");
    golden.keepFolderButSamples(run, "mail");
  }

  /** A step asks, somebody else than it is for answers, then somebody it is for. */
  void askedByAStep() {
    String body = Json.write(Json.object().put("manifest_json", Scenery.text("review.json")));
    String job = golden.named("review", golden.call("submitJob").body(body).keep("review"));
    String run = "run-" + job;
    golden.watch.await(
        "a request", () -> golden.server.get("/human?run_id=" + run).path("data").size() == 1);
    String id = golden.server.get("/human?run_id=" + run).at("/data/0/request_id").asText();
    golden.call("listRunHuman", "run_id", run).keep("review-asked");
    golden.call("explainJob", "job_id", job).keep("review-asked");
    int number = 0;
    for (String answer :
        new String[] {
          "{\"decision\":\"approve\",\"by\":\"eve\",\"copies\":2}",
          "{\"decision\":\"approve\",\"by\":\"ada\"}",
          "{\"decision\":\"approve\",\"by\":\"ada\",\"copies\":2}",
          "{\"decision\":\"file\",\"by\":\"bob\",\"copies\":2}"
        }) {
      golden
          .call("respondToRunHuman", "run_id", run, "request_id", id)
          .body(answer)
          .keep("review-" + ++number);
    }
    golden.watch.awaitEnd(job);
    golden.call("listRunHuman", "run_id", run).keep("review-answered");
    looks.jobOfWriters(job, "review");
    golden.keepFolderButSamples(run, "review");
  }

  /** After all others: what there is by then. */
  void lists() {
    golden.call("listRuns").keep("");
    String page = golden.call("listRuns", "limit", "2").keep("page");
    String next = Json.parseObject(page, "page").path("next").asText();
    golden.call("listRuns", "limit", "2", "cursor", next).keepAs("next-page", next);
    golden.call("listRuns", "status", "failed").keep("failed");
    golden.call("listRuns", "blueprint_id", "harbour").keep("blueprint");
    golden.call("listRuns", "job_id", "job-harbour-2").keep("job");
    golden.call("listRuns", "since", "2001-06-20T10:02:00Z", "q", "harbour").keep("since-and-q");
    golden.call("listRuns", "cursor", "nonsense").keep("bad-cursor");
    golden.call("streamRuns", "blueprint_id", "harbour").accept("application/json").keep("page");
    golden.rest.keepLive(
        "", golden.call("streamRuns", "blueprint_id", "harbour", "interval", "60"), data -> false);
    golden.sockets.keep(
        "",
        golden.call("followRuns", "blueprint_id", "harbour", "interval", "60"),
        SocketDoor.Talk::hear);
  }
}
