package io.mirrorneuron.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks for one document as fast as answers come, over 16 kept-alive connections. */
sealed interface ReadLoad {

  /** {@code wrk} when it is installed, since it takes least of the shared cores; else ours. */
  static ReadLoad best() {
    boolean installed =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> new File(folder, "wrk").canExecute());
    return installed ? new Wrk() : new Threads();
  }

  String name();

  /** Requests per second. */
  double run(int port, String path, int seconds) throws Exception;

  /** The well-known load program, one thread. */
  record Wrk() implements ReadLoad {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern REFUSED = Pattern.compile("Non-2xx.*|Socket errors.*");

    @Override
    public String name() {
      return "wrk -t1 -c" + Plan.CONNECTIONS;
    }

    @Override
    public double run(int port, String path, int seconds) throws Exception {
      Process wrk =
          new ProcessBuilder(
                  "wrk",
                  "-t1",
                  "-c" + Plan.CONNECTIONS,
                  "-d" + seconds + "s",
                  "http://localhost:" + port + path)
              .redirectErrorStream(true)
              .start();
      String report = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher rate = RATE.matcher(report);
      if (wrk.waitFor() != 0 || !rate.find() || REFUSED.matcher(report).find()) {
        throw new IOException("the load program reports: " + report);
      }
      return Double.parseDouble(rate.group(1));
    }
  }

  /** A thread for each connection. */
  record Threads() implements ReadLoad {
    @Override
    public String name() {
      return Plan.CONNECTIONS + " blocking connections in the JVM of the benchmark";
    }

    @Override
    public double run(int port, String path, int seconds)
        throws InterruptedException, ExecutionException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      Callable<Long> reader =
          () -> {
            long count = 0;
            try (Connection connection = new Connection(port)) {
              for (; System.nanoTime() < end; count++) {
                if (connection.get(path).status() != 200) {
                  throw new IOException("a read was refused");
                }
              }
            }
            return count;
          };
      try (ExecutorService threads = Executors.newFixedThreadPool(Plan.CONNECTIONS)) {
        long count = 0;
        for (Future<Long> each :
            threads.invokeAll(Stream.generate(() -> reader).limit(Plan.CONNECTIONS).toList())) {
          count += each.get();
        }
        return count / (double) seconds;
      }
    }
  }
}
