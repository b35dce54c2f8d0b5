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

/** Clients that do the same thing again and again, each over one kept-alive connection. */
record Clients(int port, Task task) {

  /** What a client does with its connection; a failure ends the measurement. */
  interface Task {
    void run(Connection connection) throws IOException;
  }

  /**
   * @param perSecond from the begin of the first to the end of the last
   * @param millis of each
   */
  record Result(double perSecond, Series millis) {}

  /**
   * @param inFlight clients
   */
  Result run(int times, int inFlight) throws InterruptedException, ExecutionException {
    AtomicInteger left = new AtomicInteger(times);
    ConcurrentLinkedQueue<Double> millis = new ConcurrentLinkedQueue<>();
    long begin = System.nanoTime();
    try (ExecutorService clients = Executors.newFixedThreadPool(inFlight)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < inFlight; i++) {
        all.add(
            clients.submit(
                () -> {
                  try (Connection connection = new Connection(port)) {
                    while (left.getAndDecrement() > 0) {
                      long start = System.nanoTime();
                      task.run(connection);
                      millis.add((System.nanoTime() - start) / 1e6);
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
    return new Result(
        times / seconds, new Series(millis.stream().mapToDouble(Double::doubleValue).toArray()));
  }
}
