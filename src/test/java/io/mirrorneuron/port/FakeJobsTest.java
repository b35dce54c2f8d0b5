package io.mirrorneuron.port;

import io.mirrorneuron.testing.FakeJobs;
import io.mirrorneuron.wire.Json;

class FakeJobsTest implements JobsPortContract {
  private final FakeJobs jobs = new FakeJobs();

  FakeJobsTest() {
    jobs.requireAdminToken(adminToken());
  }

  @Override
  public JobsPort jobs() {
    return jobs;
  }

  @Override
  public String adminToken() {
    return "admin";
  }

  @Override
  public void awaitCompletion(String jobId) {
    if (jobs.lastEvents(jobId, 1).ended()) {
      return;
    }
    jobs.finish(jobId, "completed");
  }

  @Override
  public void awaitDeadLetter(String jobId) {
    jobs.append(jobId, Json.object().put("type", "dead_letter").put("agent_id", "work"));
  }
}
