package io.mirrorneuron.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

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
   * @param perSecond jobs from the first submission to the last job seen completed
   * @param millis of each job, from its submission to the answer that calls it completed
   */
  record Result(double perSecond, Series millis) {}

  /**
   * @param inFlight connections, each with one job at a time
   */
  Result run(int jobs, int inFlight) throws InterruptedException, ExecutionException {
    AtomicInteger left = new AtomicInteger(jobs);
    ConcurrentLinkedQueue<Double> times = new ConcurrentLinkedQueue<>();
    long begin = System.nanoTime();
    try (ExecutorService clients = Executors.newFixedThreadPool(inFlight)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < inFlight; i++) {
        all.add(
            clients.submit(
                () -> {
                  try (Connection connection = new Connection(port)) {
                    while (left.getAndDecrement() > 0) {
                      times.add(one(connection));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Series millis = new Series(times.stream().mapToDouble(Double::doubleValue).toArray());
    return new Result(jobs / seconds, millis);
  }

  private double one(Connection connection) throws IOException {
    long begin = System.nanoTime();
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
    return (System.nanoTime() - begin) / 1e6;
  }
}
