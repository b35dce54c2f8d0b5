package io.mirrorneuron.golden;

import io.mirrorneuron.wire.Json;

/** What the server tells of itself and its node. */
final class ClusterScenarios {
  private final GoldenServer golden;

  ClusterScenarios(GoldenServer golden) {
    this.golden = golden;
  }

  void look() {
    golden.call("getHealth").keep("");
    golden.call("getReadiness").keep("");
    golden.call("getRuntimeStatus").keep("");
    golden.call("getSystemSummary").keep("");
    golden.call("getMetrics").keep("");
    golden.call("getMetrics").accept("text/plain").keep("text");
    golden.call("getResource").keep("");
    golden.call("setResource").body("{\"cpu\":50}").keep("");
    golden.call("putResource").body("{\"cpu\":100,\"memory\":\"100\"}").keep("");
    golden.call("setResource").body("{\"cpu\":500}").keep("too-much");
    golden.call("getResourcePorts").keep("");
    golden.call("listServices").keep("");
    golden.call("resolveService", "service_name", "web").keep("unknown");
    golden.call("checkServices").body("{\"services\":[\"web\"]}").keep("missing");
    golden.call("checkServicesByPath").body("{\"services\":[]}").keep("");
  }

  /** The one node there is, and one that nobody has. */
  void nodes() {
    String all = golden.call("listNodes").keep("");
    String name = Json.parseObject(all, "nodes").at("/nodes/0/name").asText();
    golden.call("getNode", "name", name).keep("");
    golden.call("getNode", "name", "mirror_neuron@nowhere").keep("unknown");
    node("maintainNode", name, "{\"enabled\":true,\"reason\":\"a new disk\"}").keep("begun");
    node("maintainNode", name, "{\"enabled\":false}").keep("");
    node("drainNode", name, "{\"reason\":\"a new kernel\",\"dry_run\":true}").keep("");
    node("undrainNode", name, "{\"reason\":\"not today\"}").keep("");
    node("reconcileNode", name, "{\"reason\":\"it burns\",\"dry_run\":true}").keep("");
    String nobody = "{\"host\":\"127.0.0.1\",\"token\":\"secret\",\"grpc_port\":1}";
    golden.call("addNode").body(nobody).keep("nobody-there");
    golden.call("joinNode").body(nobody).keep("nobody-there");
    golden.call("removeNode").body("{\"node_name\":\"mirror_neuron@nowhere\"}").keep("");
    golden.call("leaveNode").body("{\"node_name\":\"mirror_neuron@nowhere\"}").keep("");
  }

  private RestCall node(String operation, String name, String body) {
    return golden.call(operation, "name", name).body(body);
  }

  void jobLists() {
    golden.call("listJobs").keep("");
    String page = golden.call("listJobs", "limit", "2").keep("limit");
    String next = Json.parseObject(page, "page").path("next").asText();
    golden.call("listJobs", "limit", "2", "cursor", next).keepAs("next-page", next);
    golden.call("listJobs", "status", "failed", "limit", "1").keep("failed");
    golden.call("listJobs", "created_after", "yesterday").keep("no-time");
    golden.call("listJobs", "cursor", "x").keep("no-cursor");
    golden.call("listJobs", "include_terminal", "no").keep("open");
  }

  /**
   * @param job one that has ended
   */
  void cleanUp(String job) {
    Looks looks = new Looks(golden);
    golden.call("cleanupJobs").keep("");
    golden.grpc.keep("ClearJobs", "", "admin_token: 'golden-admin'");
    golden.grpc.keep("ClearJobs", "wrong-token", "admin_token: 'x'");
    golden.call("cleanupJobsAlias").keep("");
    golden.call("listJobs").keep("none");
    looks.clearedJob(job, "cleared");
  }

  /**
   * @param job one that has ended
   */
  void realtime(String job) {
    golden.sockets.keep(
        "",
        golden.call("openRealtime", "interval", "60"),
        talk -> {
          talk.say(
              "{\"action\":\"subscribe\",\"topic\":\"job_events:"
                  + job
                  + "\",\"requestId\":\"1\"}");
          talk.hearUntil(frame -> frame.contains("\"type\":\"end\""));
          talk.say(
              "{\"action\":\"subscribe\",\"topic\":\"workflow_progress:" + job + "\",\"after\":0}");
          talk.hearUntil(frame -> frame.contains("\"type\":\"end\""));
          talk.say(
              "{\"action\":\"subscribe\",\"topic\":\"run:harbour-1?channels=logs&level=warning\",\"ack\":true}");
          talk.hearUntil(frame -> frame.contains("\"type\":\"end\""));
          talk.say(
              "{\"action\":\"ack\",\"topic\":\"run:harbour-1?channels=logs&level=warning\",\"version\":3}");
          talk.say("{\"action\":\"subscribe\",\"topic\":\"resources:harbour-1\",\"requestId\":2}");
          talk.hearUntil(frame -> frame.contains("\"type\":\"end\""));
          talk.say(
              "{\"action\":\"unsubscribe\",\"topic\":\"resources:harbour-1\",\"requestId\":3}");
          talk.hear();
          talk.say(
              "{\"action\":\"subscribe\",\"topic\":\"job_events:nobody\",\"requestId\":\"4\"}");
          talk.hear();
          talk.say("{\"action\":\"dance\"}");
          talk.hear();
          talk.say("no json");
          talk.hear();
        });
  }
}
