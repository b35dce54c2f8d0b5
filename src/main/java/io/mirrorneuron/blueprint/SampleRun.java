package io.mirrorneuron.blueprint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a bundle as a job and prints, for people, what happens and what comes out. */
public final class SampleRun {
  private static final int PAGE = 500;

  private final JobsPort jobs;
  private final PrintWriter out;

  public SampleRun(JobsPort jobs, PrintWriter out) {
    this.jobs = jobs;
    this.out = out;
  }

  /**
   * Returns when the job has ended.
   *
   * @param folder of the bundle
   * @return whether it completed
   */
  public boolean run(Path folder) throws IOException, InterruptedException {
    String manifest = Files.readString(folder.resolve("manifest.json"));
    Submission submission =
        new Submission(manifest, new Submission.Payloads.Folder(folder.resolve("payloads")), null);
    String job = jobs.submit(submission).jobId();
    out.println("Job " + job + ": " + Json.parse(manifest).path("job_name").asText());
    out.flush();

    Semaphore changes = new Semaphore(0);
    try (JobsPort.Subscription _ = jobs.watch(job, changes::release)) {
      return follow(job, changes);
    }
  }

  private boolean follow(String job, Semaphore changes)
      throws JsonProcessingException, InterruptedException {
    boolean completed = false;
    EventPage page = new EventPage(List.of(), 0, false);
    while (!page.ended()) {
      page = jobs.events(job, page.next(), PAGE);
      for (String text : page.events()) {
        JsonNode event = Json.parse(text);
        JobEventFacts facts = JobEventFacts.read(event);
        print(event, facts);
        completed |= facts.type().equals("job_completed");
      }
      out.flush();
      if (!page.ended() && page.events().size() < PAGE) {
        changes.tryAcquire(1, TimeUnit.SECONDS);
        changes.drainPermits();
      }
    }
    return completed;
  }

  private void print(JsonNode event, JobEventFacts facts) {
    JobEventFacts.Payload payload = facts.payload();
    switch (facts.type()) {
      case "agent_message_received" ->
          tell(facts, "receives %s from %s".formatted(payload.type(), payload.from()));
      case "sandbox_job_completed" -> tell(facts, "program has ended well");
      case "dead_letter", "message_unrouted" ->
          tell(facts, "could not hand on: " + event.path("payload"));
      case "job_completed" -> {
        out.println("Completed. Result:");
        out.println(event.at("/result/output").toPrettyString());
      }
      case "job_failed" -> out.println("Failed: " + facts.reason());
      case "job_cancelled" -> out.println("Cancelled.");
      default -> {
        // of interest to operators, not to a first look
      }
    }
  }

  private void tell(JobEventFacts facts, String what) {
    out.printf("  %-12s %s%n", Objects.requireNonNullElse(facts.agentId(), ""), what);
  }
}
