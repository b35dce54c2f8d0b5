package io.mirrorneuron.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server process of this run that answers HTTP; ended, and only it, by {@link #close}. */
final class Started implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
  private static final long POLL_MILLIS = 3;
  private static final long STOP_SECONDS = 40;

  private final Process process;
  private final int port;
  private final double firstAnswerMillis;

  private Started(Process process, int port, double firstAnswerMillis) {
    this.process = process;
    this.port = port;
    this.firstAnswerMillis = firstAnswerMillis;
  }

  /**
   * Starts a program and asks it until it answers 200.
   *
   * @param environment beside ours, of which nothing that starts with {@code MN_} is passed on
   * @param log takes what the program prints
   */
  static Started start(
      List<String> command, Map<String, String> environment, int port, String path, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MN_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    long begin = System.nanoTime();
    Process process = builder.start();
    try {
      awaitAnswer(process, port, path, begin + PATIENCE.toNanos());
    } catch (IOException e) {
      process.destroy();
      throw new IOException(e.getMessage() + ": " + Files.readString(log), e);
    }
    return new Started(process, port, (System.nanoTime() - begin) / 1e6);
  }

  private static void awaitAnswer(Process process, int port, String path, long deadline)
      throws IOException {
    while (!answers(port, path)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("no answer from " + process.info().command().orElse("the program"));
      }
      Plan.pause(POLL_MILLIS);
    }
  }

  private static boolean answers(int port, String path) {
    try (Connection connection = new Connection(port)) {
      return connection.get(path).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  /** From the start of the process to its first 200. */
  double firstAnswerMillis() {
    return firstAnswerMillis;
  }

  long pid() {
    return process.pid();
  }

  /** CPU time of the process so far, all threads. */
  double cpuMillis() {
    return cpuMillis(process.toHandle());
  }

  static double cpuMillis(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
  }

  /** What the objects of this JVM hold that are still in use; collects the garbage first. */
  double liveHeapMiB() throws IOException {
    Process jcmd =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin/jcmd",
                Long.toString(pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = TOTAL.matcher(histogram);
    if (!total.find()) {
      throw new IOException("no histogram of the heap: " + histogram);
    }
    return Double.parseDouble(total.group(1)) / (1 << 20);
  }

  double residentMiB() throws IOException {
    return residentMiB(pid());
  }

  /** Resident memory of any process; NaN where there is no {@code /proc}. */
  static double residentMiB(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    if (!Files.exists(status)) {
      return Double.NaN;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Ends it as a power cut would; returns when it is gone. */
  void kill9() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
