package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.run.folder.RunLog;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Runs with all that a run can have, on disk. */
public final class SampleRuns {
  public static final Instant START = Instant.parse("2026-01-02T03:00:00Z");

  private SampleRuns() {}

  /** Completed after 90 seconds: two steps, the first at its second attempt, and one approval. */
  public static RunFolder completed(RunStore store, String runId) {
    RunFolder run = store.open(runId);
    document(run, "run.json", runJson(runId, "completed", 90));
    document(
        run,
        "job.json",
        "{'job_id':'job-%s','run_id':'%s','blueprint_id':'harbour','status':'completed','ended_at':'%s'}"
            .formatted(runId, runId, at(90)));
    document(run, "config.json", "{'model':{'name':'small','temperature':0.5},'api_key':'k-1'}");
    document(run, "inputs.json", "{'ports':['Rotterdam','Hamburg'],'limit':3}");
    document(run, "result.json", "{'ships':12}");
    document(
        run,
        "final_artifact.json",
        "{'type':'report','executive_summary':'Twelve ships | two ports.'}");
    document(
        run,
        "observability_summary.json",
        "{'schema_version':'mn.observability_summary.v1','run_id':'%s','resource_peaks':{'max_memory_rss_mb':120.5,'max_cpu_pct':88.0},'token_totals':{'input_tokens':100,'output_tokens':20,'total_tokens':120,'calls':2}}"
            .formatted(runId));
    run.append(
        RunLog.EVENTS,
        List.of(
            event(0, "run_started", "{}"),
            step(1, "workflow_step_attempt_started", "collect", "'attempt':1"),
            step(
                11,
                "workflow_step_attempt_retry_scheduled",
                "collect",
                "'attempt':1,'reason':'exit 3'"),
            step(12, "workflow_step_attempt_started", "collect", "'attempt':2"),
            step(30, "workflow_step_completed", "collect", "'attempt':2"),
            step(31, "workflow_step_attempt_started", "write", "'attempt':1"),
            step(85, "workflow_step_completed", "write", "'attempt':1"),
            event(90, "run_completed", "{'token':'secret-1'}")));
    run.append(
        RunLog.LOGS,
        List.of(
            record(
                "{'ts':'%s','level':'INFO','component':'collect','message':'two ports'}"
                    .formatted(at(2))),
            record(
                "{'ts':'%s','level':'WARNING','component':'write','message':'slow'}"
                    .formatted(at(60)))));
    run.append(
        RunLog.HUMAN,
        List.of(
            event(
                40,
                "human_input_requested",
                "{'request_id':'r1','prompt':'Publish?','allowed_decisions':['approve','reject']}"),
            event(
                50,
                "human_input_received",
                "{'request_id':'r1','decision':'approve','approved':true,'by':'ada'}")));
    run.append(
        RunLog.RESOURCES,
        List.of(
            record(
                "{'ts':'%s','component':'executor:write','cpu_pct':88.0,'memory_rss_mb':120.5}"
                    .formatted(at(60)))));
    file(run, "artifacts/ships.csv", "name,port\nErika,Hamburg\n");
    return run;
  }

  /** Failed after 20 seconds in its only step. */
  public static RunFolder failed(RunStore store, String runId) {
    RunFolder run = store.open(runId);
    document(run, "run.json", runJson(runId, "failed", 20));
    run.update(
        "run.json",
        json -> {
          json.putObject("error")
              .put("code", "workflow.step.retry_exhausted")
              .put("desc", "collect failed after 1 attempt");
          return json;
        });
    document(
        run,
        "job.json",
        "{'job_id':'job-%s','run_id':'%s','blueprint_id':'harbour','status':'failed','ended_at':'%s'}"
            .formatted(runId, runId, at(20)));
    document(run, "config.json", "{'model':{'name':'large','temperature':0.5}}");
    document(run, "inputs.json", "{'ports':['Rotterdam'],'limit':3}");
    run.append(
        RunLog.EVENTS,
        List.of(
            event(0, "run_started", "{}"),
            step(1, "workflow_step_attempt_started", "collect", "'attempt':1"),
            step(20, "workflow_step_failed", "collect", "'attempt':1,'reason':'exit 3'")));
    run.append(
        RunLog.ERRORS,
        List.of(
            record(
                "{'ts':'%s','code':'workflow.step.retry_exhausted','desc':'collect failed after 1 attempt','details':{'message':'exit code 3: no route to port','step_id':'collect','attempt':1}}"
                    .formatted(at(20)))));
    return run;
  }

  private static String runJson(String runId, String status, int seconds) {
    return "{'run_id':'%s','blueprint_id':'harbour','status':'%s','started_at':'%s','ended_at':'%s'}"
        .formatted(runId, status, at(0), at(seconds));
  }

  public static void document(RunFolder run, String name, String json) {
    run.write(name, record(json));
  }

  public static void file(RunFolder run, String name, String content) {
    try {
      Path file = run.path().resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode step(int second, String type, String step, String members) {
    return event(second, type, "{'step_id':'%s',%s}".formatted(step, members));
  }

  public static ObjectNode event(int second, String type, String payload) {
    ObjectNode event = Json.object().put("ts", at(second)).put("type", type);
    event.set("payload", record(payload));
    return event;
  }

  public static String at(int second) {
    return Json.timestamp(START.plusSeconds(second));
  }

  /** Of JSON in which ' stands for ". */
  public static ObjectNode record(String json) {
    return Json.parseObject(json.replace('\'', '"'), "sample");
  }
}
