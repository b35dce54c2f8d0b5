package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.config.ServiceMark;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * NVIDIA devices as {@code nvidia-smi} reports them. The program may take seconds, so it runs in
 * the background and callers get the last known answer; without the program there are no devices.
 * Thread-safe.
 */
public final class NvidiaSmi implements GpuInventory {
  private static final Logger LOG = LoggerFactory.getLogger(NvidiaSmi.class);
  private static final Duration KEEP = Duration.ofSeconds(5);

  /** After an answer without a device. */
  private static final Duration KEEP_NONE = Duration.ofMinutes(1);

  private static final int TIMEOUT_SECONDS = 10;
  private static final String QUERY =
      "--query-gpu=index,uuid,name,driver_version,memory.total,memory.used,memory.free,"
          + "utilization.gpu";

  private static final Pattern CUDA_VERSION = Pattern.compile("CUDA Version: (\\d+\\.\\d+)");

  private final Path program;
  private final Clock clock;
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final CountDownLatch answered;
  private volatile List<Hardware.Gpu> known = List.of();
  private volatile Instant refreshAt = Instant.MIN;

  /**
   * @param searchPath the {@code PATH} to look for the program in
   */
  public NvidiaSmi(String searchPath, Clock clock) {
    this.program =
        Stream.of(searchPath.split(File.pathSeparator))
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "nvidia-smi"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    this.clock = clock;
    this.answered = new CountDownLatch(program == null ? 0 : 1);
    known();
  }

  /** Waits as long as the program may take, and only at the start. */
  @Override
  public List<Hardware.Gpu> whenKnown() {
    try {
      answered.await(TIMEOUT_SECONDS + 1L, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return known();
  }

  @Override
  public List<Hardware.Gpu> known() {
    if (program != null
        && !clock.instant().isBefore(refreshAt)
        && refreshing.compareAndSet(false, true)) {
      Thread.ofVirtual().name("nvidia-smi").start(this::refresh);
    }
    return known;
  }

  private void refresh() {
    try {
      known = parse(run(QUERY, "--format=csv,noheader,nounits"), cudaVersion(run()));
    } catch (IOException e) {
      LOG.debug("nvidia-smi did not answer", e);
      known = List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      refreshAt = clock.instant().plus(known.isEmpty() ? KEEP_NONE : KEEP);
      refreshing.set(false);
      answered.countDown();
    }
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(program.toString());
    Process process =
        ServiceMark.start(
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD),
            "nvidia-smi");
    process.getOutputStream().close();
    try {
      // Some lines a device: they fit the pipe, so waiting first cannot block the program.
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("nvidia-smi failed or took too long");
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }

  /** What the heading of its table says; null when it says none, as before the driver 410. */
  static String cudaVersion(String table) {
    Matcher version = CUDA_VERSION.matcher(table);
    return version.find() ? version.group(1) : null;
  }

  /**
   * @param cudaVersion null when it is not known
   */
  static List<Hardware.Gpu> parse(String csv, String cudaVersion) {
    List<Hardware.Gpu> gpus = new ArrayList<>();
    for (String line : csv.lines().toList()) {
      String[] cells = line.split("\\s*,\\s*");
      if (cells.length == 8) {
        double utilization = number(cells[7]);
        gpus.add(
            new Hardware.Gpu(
                cells[1],
                (int) number(cells[0]),
                cells[2],
                Hardware.Software.cuda(cells[3], cudaVersion),
                (long) number(cells[4]),
                (long) number(cells[5]),
                (long) number(cells[6]),
                utilization < 0 ? -1 : utilization / 100));
      }
    }
    return gpus;
  }

  /** Cells may say {@code [N/A]}. */
  private static double number(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
