package io.mirrorneuron.bench;

import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * Submits a workflow over HTTP again and again and asks for each job by {@code GET} until it is
 * completed.
 *
 * @param body of {@code POST /jobs}
 * @param streamed whether a job is first followed over its event stream to the end; without, it is
 *     expected to be completed when its submission is answered, and asked for until it is
 */
record JobLoad(int port, String body, boolean streamed) {

  /**
   * @param inFlight connections, each with one job at a time
   * @return the time of each job, from its submission to the answer that calls it completed
   */
  Clients.Result run(int jobs, int inFlight) throws InterruptedException, ExecutionException {
    return new Clients(port, this::one).run(jobs, inFlight);
  }

  private void one(Connection connection) throws IOException {
    String jobId = Server.submit(connection, body);
    if (streamed) {
      connection.follow(Server.API + "/jobs/" + jobId + "/events?after=0");
    }
    for (String status = Server.status(connection, jobId);
        !status.equals("completed");
        status = Server.status(connection, jobId)) {
      if (status.equals("failed") || status.equals("cancelled")) {
        throw new IOException("job " + jobId + " has " + status);
      }
    }
  }
}
