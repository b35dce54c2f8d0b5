package io.mirrorneuron.runtime.exec.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.ProcessMeter.Reading;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples the resources used by running programs, every few seconds and at their end. One thread
 * reads for all programs and writes in batches, one per run; it is idle while no program runs. An
 * execution never waits for it.
 */
public final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

  /** Nanoseconds in which the kernel's count of processor time is too coarse. */
  private static final long SHORT = 1_000_000_000;

  /**
   * Ticks that a sample waits, so that samples of other programs of the job are written with it.
   */
  private static final int TICKS_OF_WAIT = 5;

  /**
   * @param tick between two looks; a sample waits about five of them to be written
   * @param ticksPerSample for a program that keeps running
   */
  public record Pace(Duration tick, int ticksPerSample) {
    public static final Pace DEFAULT = new Pace(Duration.ofMillis(200), 25);
  }

  private final SampleSink samples;
  private final SampleBatches batches;
  private final ProcessMeter meter;
  private final ProcessTable processes;
  private final Pace pace;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("mn-process-sampler").factory(),
          new ThreadPoolExecutor.DiscardPolicy()); // rejects ticks after the shutdown
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private int ticks; // timer thread only

  public Sampler(
      SampleSink samples, ProcessMeter meter, ProcessTable processes, Pace pace, Clock clock) {
    this.samples = samples;
    this.batches = new SampleBatches(samples);
    this.meter = meter;
    this.processes = processes;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * Samples a program that has just been started, and may have ended already.
   *
   * @param begun by {@link System#nanoTime}, before the start
   */
  public Watch watch(Execution execution, int pid, long begun) {
    var watch = new Watch(execution, pid, begun);
    watches.add(watch);
    wake();
    return watch;
  }

  /** Writes the pending samples of the run. */
  public void flush(String runId) {
    batches.flush(runId);
  }

  @Override
  public void close() {
    timer.shutdown();
    batches.flush();
  }

  private void wake() {
    if (awake.compareAndSet(false, true)) {
      timer.schedule(this::tick, pace.tick().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void tick() {
    awake.set(false); // before the look: a watch added from now on wakes the timer again
    try {
      ticks++;
      if (ticks % pace.ticksPerSample() == 0) {
        sampleAll();
      } else {
        watches.forEach(Watch::readMemory);
      }
      batches.flushDue(TICKS_OF_WAIT * pace.tick().toNanos());
    } catch (RuntimeException e) {
      LOG.warn("programs could not be sampled", e);
    }
    if (!watches.isEmpty() || !batches.isEmpty()) {
      wake();
    }
  }

  private void sampleAll() {
    Map<Integer, ProcessMeter.Marks> programs = new HashMap<>();
    List<Watch> present = List.copyOf(watches);
    present.forEach(watch -> programs.put(watch.pid, watch.marks()));
    if (programs.isEmpty()) {
      return;
    }
    Map<Integer, Reading> readings = meter.read(programs);
    present.forEach(watch -> watch.sample(readings.get(watch.pid)));
  }

  private void add(Execution execution, ObjectNode sample) {
    batches.add(execution.runId(), sample);
    wake();
  }

  public final class Watch implements AutoCloseable {
    private final Execution execution;
    private final int pid;
    private final long startedAt;

    // Guarded by this.
    private Duration cpu = Duration.ZERO;
    private Duration leftBehind = Duration.ZERO;
    private long peakBytes;
    private long glances;
    private Duration sampledCpu = Duration.ZERO;
    private long sampledAt;
    private boolean ended;

    private Watch(Execution execution, int pid, long begun) {
      this.execution = execution;
      this.pid = pid;
      this.startedAt = begun;
      this.sampledAt = begun;
    }

    private ProcessMeter.Marks marks() {
      return new ProcessMeter.Marks(
          ProcessEnvironment.EXECUTION_ID + "=" + execution.executionId(), _ -> false);
    }

    /** To be called before processes are killed: part of their usage would be lost with them. */
    public void look() {
      note(meter.read(Map.of(pid, marks())).get(pid));
    }

    /** To be called when the program and all its processes have ended. */
    public synchronized void end(Spawner.End end) {
      ended = true;
      raise(end.cpu().plus(leftBehind));
      peakBytes = Math.max(peakBytes, end.peakBytes());
      add(execution, sample(peakBytes).put("final", true));
    }

    @Override
    public void close() {
      watches.remove(this);
    }

    /** Reads ever less often, but often at first, so that short programs get a peak, too. */
    private synchronized void readMemory() {
      if (!ended && Long.bitCount(++glances) == 1) {
        peakBytes = Math.max(peakBytes, processes.peakBytes(pid));
      }
    }

    private synchronized void sample(Reading reading) {
      note(reading);
      if (!ended && reading.processes() > 0) {
        add(execution, sample(reading.residentBytes()).put("processes", reading.processes()));
      }
    }

    private synchronized void note(Reading reading) {
      peakBytes = Math.max(peakBytes, reading.residentBytes());
      if (reading.led()) {
        raise(reading.cpu());
      } else {
        leftBehind = reading.cpu(); // the end of the program adds the rest
      }
    }

    /** Processor time never decreases: children that were not waited for take theirs with them. */
    private void raise(Duration seen) {
      cpu = cpu.compareTo(seen) < 0 ? seen : cpu;
    }

    private ObjectNode sample(long bytes) {
      long now = System.nanoTime();
      boolean isShort = now - sampledAt < SHORT;
      Duration spent = isShort ? cpu : cpu.minus(sampledCpu);
      double share = 100.0 * spent.toNanos() / Math.max(1, now - (isShort ? startedAt : sampledAt));
      sampledCpu = cpu;
      sampledAt = now;
      return SampleRecord.of(
          execution,
          new SampleRecord.Usage(pid, share, cpu, bytes),
          samples.gpus(),
          clock.instant());
    }
  }

  /** A line of {@code resources.jsonl}: usage of one program, {@code resource_sample.v1}. */
  private static final class SampleRecord {
    private static final double MEGABYTE = 1 << 20;

    /**
     * Usage of a program until now.
     *
     * @param cpuShare percent of one processor
     * @param bytes of resident memory; 0 when unknown
     */
    record Usage(int pid, double cpuShare, Duration cpu, long bytes) {}

    private SampleRecord() {}

    static ObjectNode of(
        Execution execution, Usage usage, List<SampleSink.Gpu> gpus, Instant instant) {
      ObjectNode sample =
          Json.object()
              .put("schema", "mn.blueprint.resource_sample.v1")
              .put("ts", Json.timestamp(instant))
              .put("run_id", execution.runId())
              .put("job_id", execution.jobId())
              .put("component", "executor:" + execution.agentId())
              .put("agent_id", execution.agentId())
              .put("attempt", execution.attempt())
              .put("pid", usage.pid())
              .put("cpu_pct", rounded(usage.cpuShare(), 100))
              .put("cpu_seconds", rounded(usage.cpu().toNanos() / 1e9, 1e6));
      if (usage.bytes() > 0) {
        sample.put("memory_rss_mb", rounded(usage.bytes() / MEGABYTE, 100));
      }
      JsonNode step = execution.workflow().get("step_id");
      if (step != null) {
        sample.set("step_id", step);
      }
      gpus.forEach(gpu -> add(sample.withArray("gpu"), gpu));
      return sample;
    }

    private static void add(ArrayNode list, SampleSink.Gpu gpu) {
      ObjectNode one = list.addObject().put("index", gpu.index());
      if (gpu.utilPct() >= 0) {
        one.put("util_pct", rounded(gpu.utilPct(), 100));
      }
      one.put("memory_used_mb", gpu.memoryUsedMb());
    }

    private static double rounded(double value, double unit) {
      return Math.round(value * unit) / unit;
    }
  }

  /**
   * Pending samples, by run. With samples of many runs pending they wait longer, so that those of
   * short programs of one job are written together. Adding never waits for writing. Thread-safe.
   */
  static final class SampleBatches {
    private static final Logger LOG = LoggerFactory.getLogger(SampleBatches.class);

    /** Of all runs; further ones are dropped. */
    private static final int MOST_WAITING = 20_000;

    /** Additional wait for each run with pending samples, and its limit. */
    private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SampleSink samples;
    private final ConcurrentMap<String, Batch> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean overflowing = new AtomicBoolean();

    /**
     * One run is written by one thread at a time; runs that share a lock only wait for each other.
     */
    private final Object[] locks = new Object[16];

    /**
     * @param since arrival of the first sample, by {@link System#nanoTime}
     */
    private record Batch(long since, List<ObjectNode> samples) {}

    SampleBatches(SampleSink samples) {
      this.samples = samples;
      Arrays.setAll(locks, index -> new Object());
    }

    void add(String runId, ObjectNode sample) {
      if (count.incrementAndGet() > MOST_WAITING) {
        count.decrementAndGet();
        if (overflowing.compareAndSet(false, true)) {
          LOG.warn("resource samples cannot be written as fast as they come, some are lost");
        }
        return;
      }
      waiting.compute(
          runId,
          (id, present) -> {
            Batch batch =
                present == null ? new Batch(System.nanoTime(), new ArrayList<>(4)) : present;
            batch.samples().add(sample);
            return batch;
          });
    }

    boolean isEmpty() {
      return waiting.isEmpty();
    }

    void flush() {
      waiting.keySet().forEach(this::flush);
      overflowing.set(false);
    }

    /**
     * Writes the samples that have waited long enough. To be called repeatedly.
     *
     * @param nanos wait of samples when only one run has some
     */
    void flushDue(long nanos) {
      if (count.get() >= MOST_WAITING / 2) {
        flush();
        return;
      }
      long longer = Math.min(LONGEST_NANOS, EACH_NANOS * (waiting.size() - 1));
      long before = System.nanoTime() - nanos - longer;
      waiting.forEach(
          (runId, batch) -> {
            if (batch.since() - before <= 0) {
              flush(runId);
            }
          });
      overflowing.set(false);
    }

    /**
     * Writes the pending samples of the run. Samples added before the call are written when it
     * returns.
     */
    void flush(String runId) {
      synchronized (locks[Math.floorMod(runId.hashCode(), locks.length)]) {
        Batch its = waiting.remove(runId);
        if (its != null) {
          List<ObjectNode> batch = its.samples();
          count.addAndGet(-batch.size());
          try {
            samples.write(runId, batch);
          } catch (RuntimeException e) {
            LOG.warn("{} resource samples of run {} are lost", batch.size(), runId, e);
          }
        }
      }
    }
  }

  /** Port: destination of samples. Called by one thread at a time for one run; may block. */
  public interface SampleSink {
    /** Discards samples. */
    SampleSink NONE = (runId, samples) -> {};

    /** Called before a program of the run starts, which may write into the run's folder. */
    default void begin(String runId) {}

    /**
     * Appends samples of the run. On failure they are lost, without further effect.
     *
     * @param samples {@code mn.blueprint.resource_sample.v1} ({@code runtime.md} 7.7), oldest first
     */
    void write(String runId, List<ObjectNode> samples);

    /** Current load of the graphics processors of this machine. Does not block. */
    default List<Gpu> gpus() {
      return List.of();
    }

    /**
     * @param utilPct 0 to 100; negative when unknown
     */
    record Gpu(int index, double utilPct, long memoryUsedMb) {}
  }
}
