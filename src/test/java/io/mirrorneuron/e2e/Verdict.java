package io.mirrorneuron.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.e2e.Submissions.Accepted;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Tally;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is found wrong with jobs after their servers were killed; one sentence for each finding. */
final class Verdict {
  private static final Set<String> ENDS = Set.of("job_completed", "job_failed", "job_cancelled");

  /** Events that say that an agent, or a step of it, has done its work. */
  private static final Set<String> COUNTED =
      Set.of("sandbox_job_completed", "workflow_step_completed");

  final List<String> lost = new ArrayList<>();
  final List<String> duplicated = new ArrayList<>();
  final List<String> orphans = new ArrayList<>();

  /** An accepted job ends, as its kind says, with each part of its result once. */
  List<JsonNode> judge(PackagedServer server, Accepted job) {
    ObjectNode details = server.awaitEnd(job.jobId());
    JobKind kind = job.kind();
    String status = details.at("/job/status").asText();
    if (!status.equals(kind.status())) {
      lost.add(job.jobId() + " is " + status + ": " + details.at("/job/result"));
    } else {
      List<String> surplus = new ArrayList<>(kind.found().apply(details));
      List<String> missing = new ArrayList<>(kind.parts());
      missing.removeIf(surplus::remove);
      note(lost, missing, job.jobId() + " lacks in its result ");
      note(duplicated, surplus, job.jobId() + " has too much in its result ");
    }
    List<JsonNode> events = server.events(job.jobId());
    history(job.jobId(), events);
    return events;
  }

  private void history(String jobId, List<JsonNode> events) {
    Set<String> once = new HashSet<>();
    List<String> ends = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      JsonNode event = events.get(i);
      String type = event.path("type").asText();
      if (event.path("seq").asInt() != i + 1) {
        duplicated.add(jobId + " has event " + event + " at place " + (i + 1));
      }
      String what = type + " " + subject(event);
      if (COUNTED.contains(type) && !once.add(what)
          || type.equals("aggregator_duplicate_ignored")) {
        duplicated.add(jobId + " counts twice: " + event);
      }
      if (ENDS.contains(type)) {
        ends.add(type);
      }
    }
    if (ends.size() > 1) {
      duplicated.add(jobId + " ends more than once: " + ends);
    } else if (ends.isEmpty() || !ENDS.contains(events.getLast().path("type").asText())) {
      lost.add(jobId + " has no event at its end");
    }
  }

  /** What of its job an event is about: a message that was worked on, or a step. */
  private static String subject(JsonNode event) {
    String lease = event.at("/payload/lease_id").asText(); // ends with .message.attempt.delivery
    return lease.isEmpty()
        ? event.path("step_id").asText()
        : lease.replaceFirst("\\.[0-9]+\\.[0-9]+$", "");
  }

  /** Each submission made one job, however often it was sent. */
  void requireOneJobEach(PackagedServer server, List<Accepted> jobs) {
    Map<String, List<String>> stored = new TreeMap<>();
    Json.elements(server.get("/jobs?limit=1000").path("data"))
        .forEach(
            row ->
                stored
                    .computeIfAbsent(row.path("graph_id").asText(), graph -> new ArrayList<>())
                    .add(row.path("job_id").asText()));
    for (Accepted job : jobs) {
      List<String> surplus = stored.getOrDefault(job.graph(), new ArrayList<>());
      if (!surplus.remove(job.jobId())) {
        lost.add(job.jobId() + " is not listed");
      }
      note(duplicated, surplus, "the submission of " + job.jobId() + " also made ");
    }
  }

  /** When no job is open, no program runs and no folder of one is left. */
  void requireNothingLeft(PackagedServer server) {
    try {
      Eventually.eventually(
          "nothing is left", () -> server.programs().isEmpty() && server.workspaces().isEmpty());
    } catch (AssertionError e) {
      server.programs().forEach(program -> orphans.add("process " + program.info()));
      server.workspaces().forEach(folder -> orphans.add("folder " + folder));
    }
  }

  /** Nothing was lost, doubled or left over; what was is counted for the table of proofs. */
  void requireNothingFound() {
    Tally.count("lost", lost.size());
    Tally.count("doubled", duplicated.size());
    Tally.count("orphaned", orphans.size());
    assertThat(lost).as("lost").isEmpty();
    assertThat(duplicated).as("duplicated").isEmpty();
    assertThat(orphans).as("orphans").isEmpty();
  }

  private static void note(List<String> findings, List<String> what, String where) {
    if (!what.isEmpty()) {
      findings.add(where + what);
    }
  }
}
