package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.runtime.cluster.Gpus.GpuTool;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cards of all vendors whose tools are installed. Thread-safe. */
public final class GpuTools implements GpuInventory {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Path ROCM = Path.of("/opt/rocm");

  private final List<? extends GpuInventory> tools;

  GpuTools(List<? extends GpuInventory> tools) {
    this.tools = List.copyOf(tools);
  }

  /**
   * @param searchPath the {@code PATH} to look for the tools in
   */
  public static GpuTools on(String searchPath, Clock clock) {
    // Only one of both, as they report the same cards.
    GpuTool amd = find("rocm-smi", searchPath).isPresent() ? new RocmSmi(ROCM) : new AmdSmi(ROCM);
    return new GpuTools(
        Stream.of(new NvidiaSmi(clock), amd, new AppleDisplays())
            .flatMap(tool -> inventory(tool, searchPath, clock).stream())
            .toList());
  }

  private static Optional<GpuInventory> inventory(GpuTool tool, String searchPath, Clock clock) {
    return find(tool.program(), searchPath)
        .map(
            program ->
                new ToolInventory(
                    tool, new ToolProcess(program, PATIENCE), PATIENCE.plusSeconds(1), clock));
  }

  private static Optional<Path> find(String program, String searchPath) {
    try {
      return Stream.of(searchPath.split(File.pathSeparator))
          .filter(folder -> !folder.isEmpty())
          .map(folder -> Path.of(folder, program))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Gpu> known() {
    return all(GpuInventory::known);
  }

  @Override
  public List<Gpu> whenKnown() {
    return all(GpuInventory::whenKnown);
  }

  @Override
  public List<String> problems() {
    return tools.stream().flatMap(tool -> tool.problems().stream()).toList();
  }

  private List<Gpu> all(Function<GpuInventory, List<Gpu>> question) {
    return tools.stream().flatMap(tool -> question.apply(tool).stream()).toList();
  }

  /**
   * {@code system_profiler} of a Mac, which reports built-in devices but not their use. Apple chips
   * share the memory of the machine, so their memory is unknown.
   */
  static final class AppleDisplays implements GpuTool {
    private static final String METAL = "metal";
    private static final Pattern VERSION = Pattern.compile("spdisplays_metal(\\d+)");
    private static final Pattern VENDOR =
        Pattern.compile(".*(apple|amd|nvidia|intel).*", Pattern.CASE_INSENSITIVE);

    @Override
    public String program() {
      return "system_profiler";
    }

    @Override
    public Duration keep() {
      return Duration.ofMinutes(10);
    }

    @Override
    public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
      return read(run.output("SPDisplaysDataType", "-json"));
    }

    private record Profile(@JsonProperty("SPDisplaysDataType") List<Chip> chips) {}

    private record Chip(
        @JsonProperty("_name") String name,
        @JsonProperty("sppci_model") String model,
        @JsonProperty("spdisplays_vendor") String vendor,
        @JsonProperty("spdisplays_mtlgpufamilysupport") String metalVersion,
        @JsonProperty("spdisplays_metal") String metal,
        @JsonProperty("spdisplays_metalfamily") String metalFamily,
        @JsonProperty("spdisplays_vram") String memory) {

      /** Older versions of macOS report Metal in different members. */
      boolean hasMetal() {
        return Stream.of(metalVersion, metal, metalFamily)
            .anyMatch(reported -> reported != null && !reported.endsWith("notsupported"));
      }

      Gpu gpu(int index) {
        Matcher version = VERSION.matcher(metalVersion == null ? "" : metalVersion);
        Matcher maker = VENDOR.matcher(vendor == null ? "" : vendor);
        return new Gpu(
            "display-" + index,
            index,
            model == null ? name : model,
            new Software(
                maker.matches() ? maker.group(1).toLowerCase(Locale.ROOT) : null,
                METAL,
                null,
                METAL,
                version.matches() ? version.group(1) : null,
                Gpus.capabilities(METAL)),
            ToolAmounts.megabytes(memory),
            -1,
            -1,
            -1);
      }
    }

    /** Those that support Metal. */
    static List<Gpu> read(String printed) throws IOException {
      List<Gpu> gpus = new ArrayList<>();
      for (Chip chip : PrintedJson.object(printed, Profile.class).chips()) {
        if (chip.hasMetal() && (chip.name() != null || chip.model() != null)) {
          gpus.add(chip.gpu(gpus.size()));
        }
      }
      return gpus;
    }
  }

  /**
   * {@code nvidia-smi}. Its full log describes the cards and takes a second for eight of them, so
   * it is read when the cards change and every five minutes; a short query reports their use. The
   * use of the instances of a divided card (MIG) is only in the log, which is then read each time.
   */
  static final class NvidiaSmi implements GpuTool {
    private static final Duration KEEP_LOG = Duration.ofMinutes(5);

    private static final String QUERY =
        "--query-gpu=uuid,memory.total,memory.used,memory.free," + "utilization.gpu";

    private final Clock clock;
    private NvidiaLog log;
    private Instant logAt = Instant.MIN;

    NvidiaSmi(Clock clock) {
      this.clock = clock;
    }

    @Override
    public String program() {
      return "nvidia-smi";
    }

    @Override
    public Duration keep() {
      return Duration.ofSeconds(5);
    }

    @Override
    public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
      if (log != null && !log.isDivided() && clock.instant().isBefore(logAt.plus(KEEP_LOG))) {
        Map<String, Use> uses = uses(run.output(QUERY, "--format=csv,noheader,nounits"));
        List<Gpu> gpus = log.gpus();
        if (uses.keySet().equals(Gpus.ids(gpus))) {
          return gpus.stream().map(gpu -> uses.get(gpu.id()).of(gpu)).toList();
        }
      }
      log = null;
      NvidiaLog read = NvidiaLog.read(run.output("-q", "-x"));
      log = read.isDivided() ? read.named(run.output("-L")) : read;
      logAt = clock.instant();
      return log.gpus();
    }

    /** Present use of a card. */
    record Use(long totalMegabytes, long usedMegabytes, long freeMegabytes, double utilization) {
      Gpu of(Gpu gpu) {
        return new Gpu(
            gpu.id(),
            gpu.index(),
            gpu.name(),
            gpu.software(),
            totalMegabytes,
            usedMegabytes,
            freeMegabytes,
            utilization);
      }
    }

    /** By card id; malformed lines are skipped. */
    static Map<String, Use> uses(String csv) {
      Map<String, Use> uses = new HashMap<>();
      for (String line : csv.lines().toList()) {
        String[] cells = line.strip().split("\\s*,\\s*");
        if (cells.length == 5) {
          uses.put(
              cells[0],
              new Use(
                  ToolAmounts.megabytes(cells[1]),
                  ToolAmounts.megabytes(cells[2]),
                  ToolAmounts.megabytes(cells[3]),
                  ToolAmounts.ratio(cells[4])));
        }
      }
      return uses;
    }
  }

  /**
   * Runs a program for its output, within limits of time and size. A program that cannot even be
   * killed, because it waits for a broken driver, is not started a second time meanwhile.
   */
  static final class ToolProcess implements GpuTool.ToolRun {
    /** Eight cards take half a megabyte. */
    private static final int MOST_BYTES = 8 << 20;

    private static final int LONGEST_TOLD = 200;

    private final Path program;
    private final Duration patience;
    private volatile Process last;

    ToolProcess(Path program, Duration patience) {
      this.program = program;
      this.patience = patience;
    }

    @Override
    public String output(String... arguments) throws IOException, InterruptedException {
      if (last != null && last.isAlive()) {
        throw new IOException("it still hangs since it was started before");
      }
      List<String> command = new ArrayList<>(List.of(arguments));
      command.addFirst(program.toString());
      Process process =
          HelperProcessMark.start(
              new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD), name());
      last = process;
      try {
        process.getOutputStream().close();
        CompletableFuture<String> text = reading(process.getInputStream());
        String printed = text.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
          throw new TimeoutException();
        }
        if (process.exitValue() != 0) {
          throw new IOException(
              "it ended with %d%s".formatted(process.exitValue(), reported(printed)));
        }
        return printed;
      } catch (TimeoutException e) {
        throw new IOException("it did not answer in " + patience.toSeconds() + " seconds", e);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause().getMessage(), e);
      } finally {
        process.destroyForcibly();
      }
    }

    private String name() {
      return program.getFileName().toString();
    }

    private static CompletableFuture<String> reading(InputStream printed) {
      CompletableFuture<String> text = new CompletableFuture<>();
      Thread.ofPlatform() // a pipe holds the carrier of a virtual thread, and the JDK may add none
          .daemon()
          .name("gpu-tool-output")
          .start(
              () -> {
                try {
                  byte[] bytes = printed.readNBytes(MOST_BYTES + 1);
                  if (bytes.length > MOST_BYTES) {
                    throw new IOException("it prints more than " + MOST_BYTES + " bytes");
                  }
                  text.complete(new String(bytes, StandardCharsets.UTF_8));
                } catch (IOException e) {
                  text.completeExceptionally(e);
                }
              });
      return text;
    }

    /** The first line, where these tools report their errors. */
    private static String reported(String printed) {
      String line =
          printed
              .lines()
              .filter(one -> !one.isBlank())
              .limit(1)
              .map(String::strip)
              .collect(Collectors.joining());
      return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(LONGEST_TOLD, line.length()));
    }
  }

  /** {@code rocm-smi}: cards of AMD, up to ROCm 7. Names of members differ between versions. */
  static final class RocmSmi implements GpuTool {
    private static final Pattern CARD = Pattern.compile("card\\d{1,4}");

    private final Path rocm;

    /**
     * @param rocm installation folder of ROCm, which contains its version
     */
    RocmSmi(Path rocm) {
      this.rocm = rocm;
    }

    @Override
    public String program() {
      return "rocm-smi";
    }

    @Override
    public Duration keep() {
      return Duration.ofSeconds(5);
    }

    @Override
    public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
      return read(
          run.output(
              "--showproductname",
              "--showuniqueid",
              "--showbus",
              "--showuse",
              "--showmeminfo",
              "vram",
              "--showdriverversion",
              "--json"),
          AmdSoftware.version(rocm));
    }

    private record Cards(Map<String, Card> printed) {}

    private record Answer(Driver system) {}

    private record Driver(@JsonProperty("Driver version") String version) {}

    private record Card(
        @JsonProperty("Unique ID") String uniqueId,
        @JsonProperty("PCI Bus") String bus,
        @JsonProperty("Device Name") String deviceName,
        @JsonProperty("Card Series") String series,
        @JsonProperty("Card series") String olderSeries,
        @JsonProperty("GFX Version") String gfx,
        @JsonProperty("GPU use (%)") String use,
        @JsonProperty("VRAM Total Memory (B)") String total,
        @JsonProperty("VRAM Total Used Memory (B)") String used) {

      Gpu gpu(int index, String driver, String version) {
        long all = ToolAmounts.megabytesOfBytes(total);
        long taken = ToolAmounts.megabytesOfBytes(used);
        return new Gpu(
            AmdSoftware.id(uniqueId, bus, index),
            index,
            name(),
            AmdSoftware.of(driver, version, gfx),
            all,
            taken,
            all < 0 || taken < 0 ? -1 : all - taken,
            ToolAmounts.ratio(use));
      }

      private String name() {
        return Stream.of(series, olderSeries, deviceName)
            .filter(name -> Gpus.reported(name) != null && !name.startsWith("0x"))
            .findFirst()
            .orElse("AMD GPU");
      }
    }

    /**
     * @param version of ROCm; null when unknown
     */
    static List<Gpu> read(String printed, String version) throws IOException {
      Driver system = PrintedJson.object(printed, Answer.class).system();
      String driver = system == null ? null : system.version();
      Map<Integer, Card> cards = new TreeMap<>();
      PrintedJson.whole(printed, Cards.class)
          .printed()
          .forEach(
              (name, card) -> {
                if (CARD.matcher(name).matches()) {
                  cards.put(Integer.parseInt(name.substring("card".length())), card);
                }
              });
      List<Gpu> gpus = new ArrayList<>();
      cards.forEach((index, card) -> gpus.add(card.gpu(index, driver, version)));
      return gpus;
    }
  }

  /**
   * Cached answers of one tool. The tool may take seconds, so it runs in the background, once at a
   * time, on a request after the last answer has expired; until it ends all callers get the last
   * answer. A failing tool keeps its cards for a minute, so that a short fault does not remove
   * them, and has none after that. Thread-safe.
   */
  static final class ToolInventory implements GpuInventory {
    private static final Logger LOG = LoggerFactory.getLogger(ToolInventory.class);

    /** After an answer without a device; limit after a failure. */
    private static final Duration KEEP_NONE = Duration.ofMinutes(1);

    private static final Duration KEEP_STALE = Duration.ofMinutes(1);

    /** Pause after a run, as a multiple of its duration. */
    private static final int REST = 20;

    private final GpuTool tool;
    private final GpuTool.ToolRun run;
    private final Duration patience;
    private final Clock clock;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile List<Gpu> known = List.of();
    private volatile Instant knownAt = Instant.MIN;
    private volatile Instant refreshAt = Instant.MIN;
    private volatile String problem;

    /**
     * @param patience for all calls of the tool in one run
     */
    ToolInventory(GpuTool tool, GpuTool.ToolRun run, Duration patience, Clock clock) {
      this.tool = tool;
      this.run = run;
      this.patience = patience;
      this.clock = clock;
      known();
    }

    /** Waits as long as the program may take, and only at the start. */
    @Override
    public List<Gpu> whenKnown() {
      try {
        answered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return known();
    }

    @Override
    public List<Gpu> known() {
      if (!clock.instant().isBefore(refreshAt) && refreshing.compareAndSet(false, true)) {
        Thread.ofVirtual().name(tool.program()).start(this::refresh);
      }
      return known;
    }

    @Override
    public List<String> problems() {
      String now = problem;
      return now == null ? List.of() : List.of(now);
    }

    private void refresh() {
      Instant begin = clock.instant();
      try {
        known = List.copyOf(tool.ask(run));
        knownAt = clock.instant();
        tell(null);
      } catch (IOException e) {
        LOG.debug("{} failed", tool.program(), e);
        if (clock.instant().isAfter(knownAt.plus(KEEP_STALE))) {
          known = List.of();
        }
        tell(tool.program() + " reports no cards: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        Instant end = clock.instant();
        Duration rest = Duration.between(begin, end).multipliedBy(REST);
        refreshAt = end.plus(longer(rest, keep()));
        refreshing.set(false);
        answered.countDown();
      }
    }

    private Duration keep() {
      if (problem != null && tool.keep().compareTo(KEEP_NONE) > 0
          || problem == null && known.isEmpty()) {
        return KEEP_NONE;
      }
      return tool.keep();
    }

    private static Duration longer(Duration one, Duration other) {
      return one.compareTo(other) > 0 ? one : other;
    }

    /** Logs each new problem once, not each repetition. */
    private void tell(String now) {
      if (now != null && !Objects.equals(now, problem)) {
        LOG.warn("{}", now);
      }
      problem = now;
    }
  }
}
