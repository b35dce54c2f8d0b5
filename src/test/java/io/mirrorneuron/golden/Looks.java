package io.mirrorneuron.golden;

import java.util.List;

/** All that can be asked of a job, and all that can be asked of a run. */
final class Looks {
  static final String EVENTS = "text/event-stream";

  private final GoldenServer golden;

  Looks(GoldenServer golden) {
    this.golden = golden;
  }

  /** A job at rest, in short. */
  void job(String job, String name) {
    golden.watch.settle(job);
    clearedJob(job, name);
  }

  /** A job that the runtime may have forgotten. */
  void clearedJob(String job, String name) {
    golden.call("getWorkflowProgress", "job_id", job).keep(name);
    others(job, name);
  }

  /** A job whose programs write records themselves. */
  void jobOfWriters(String job, String name) {
    golden.watch.settle(job);
    golden.call("getWorkflowProgress", "job_id", job).withoutNumber().keep(name);
    others(job, name);
  }

  private void others(String job, String name) {
    golden.call("getJob", "job_id", job).keep(name);
    golden.call("explainJob", "job_id", job).keep(name);
    golden.call("listJobEvents", "job_id", job).keep(name);
    golden.call("getAgentGraph", "job_id", job).keep(name);
    golden.call("listDeadLetters", "job_id", job).keep(name);
    golden.call("getJob", "job_id", job, "include", "full").keep(name + ".full");
  }

  /** A job that has ended, in all forms. */
  void endedJob(String job, String name) {
    job(job, name);
    golden.call("getJob", "job_id", job, "include", "summary").keep(name + ".summary");
    golden.call("getJob", "job_id", job, "include", "status", "wait", "5s").keep(name + ".status");
    for (String include : List.of("compact", "summary")) {
      golden.call("listJobEvents", "job_id", job, "include", include).keep(name + "." + include);
    }
    golden.call("listJobEvents", "job_id", job, "after", "3", "limit", "2").keep(name + ".page");
    golden.call("listJobEvents", "job_id", job, "limit", "3").keep(name + ".last");
    golden.call("listJobEvents", "job_id", job).accept(EVENTS).keep(name + ".stream");
    golden
        .call("listJobEvents", "job_id", job)
        .accept(EVENTS)
        .header("Last-Event-ID", "4")
        .keep(name + ".stream-again");
    golden.call("streamWorkflowProgress", "job_id", job).keep(name);
    golden
        .call("streamWorkflowProgress", "job_id", job)
        .accept("application/json")
        .keep(name + ".page");
    golden.sockets.keepToEnd(name, golden.call("followJobEvents", "job_id", job));
    golden.sockets.keepToEnd(name, golden.call("followWorkflowProgress", "job_id", job));
  }

  /**
   * A run that has ended.
   *
   * @param stored whether the test has written its files
   */
  void run(String run, String name, boolean stored) {
    for (String operation :
        List.of(
            "listRunEvents",
            "listRunLogs",
            "listRunTimeline",
            "getRunObservabilitySummary",
            "getRun",
            "getRunResult",
            "getRunFinalArtifact",
            "listRunArtifacts",
            "listRunOutputs",
            "getRunUi",
            "listRunHuman")) {
      keep(operation, run, name, stored);
    }
    keep("getRunResources", run, name, stored, "window", "2h", "bucket", "1h");
    keep("listRunEvents", run, name + ".last", stored, "limit", "2");
    keep("exportRun", run, name + ".json", stored, "format", "json");
    keep("exportRun", run, name + ".markdown", stored, "format", "markdown");
  }

  /** The zip of a run; that of one that goes on tells when it was made. */
  void zip(String run, String name, boolean stored) {
    keep("exportRun", run, name + ".zip", stored, "format", "zip");
  }

  private void keep(
      String operation, String run, String name, boolean stored, String... parameters) {
    String[] all = new String[parameters.length + 2];
    all[0] = "run_id";
    all[1] = run;
    System.arraycopy(parameters, 0, all, 2, parameters.length);
    RestCall call = golden.call(operation, all);
    (stored ? call.stored() : call).keep(name);
  }

  /** The streams of a run that has ended and whose records have one order. */
  void streams(String run, String name) {
    String all = "events,logs,human,resources,errors,timeline";
    golden.call("streamRun", "run_id", run).keep(name);
    golden.call("streamRun", "run_id", run, "channels", all).keep(name + ".all");
    golden
        .call("streamRun", "run_id", run, "limit", "2", "after", "1")
        .accept("application/json")
        .keep(name + ".page");
    golden.call("streamRunResources", "run_id", run).keep(name);
    golden
        .call("streamRunResources", "run_id", run)
        .accept("application/json")
        .keep(name + ".page");
    golden.sockets.keepToEnd(name, golden.call("followRun", "run_id", run));
    golden.sockets.keepToEnd(
        name + ".batch", golden.call("followRun", "run_id", run, "batch", "true"));
    golden.sockets.keepToEnd(name, golden.call("followRunResources", "run_id", run));
  }
}
