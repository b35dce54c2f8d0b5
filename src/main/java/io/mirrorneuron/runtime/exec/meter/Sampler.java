package io.mirrorneuron.runtime.exec.meter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.meter.ProcessMeter.Reading;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples what running programs use, every few seconds and at their end. One thread reads for all
 * of them and writes what they used in batches, one per run; it rests while nothing runs. An
 * execution never waits for it.
 */
public final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

  /** Nanoseconds in which the kernel's count of processor time says too little. */
  private static final long SHORT = 1_000_000_000;

  /** What other programs of the job use meanwhile is written with it. */
  private static final int TICKS_OF_WAIT = 5;

  /**
   * @param tick how often programs are looked at; a sample waits some five of them to be written
   * @param ticksPerSample of a program that runs on
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
          new ThreadPoolExecutor.DiscardPolicy()); // what comes after the end
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private int ticks; // of the timer's thread

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
   * Follows a program that has just been started.
   *
   * @param begun before that, by {@link System#nanoTime}: it may be over when this is called
   */
  public Watch watch(Execution execution, int pid, long begun) {
    var watch = new Watch(execution, pid, begun);
    watches.add(watch);
    wake();
    return watch;
  }

  /** Writes what is known of the run and not written yet. */
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
    awake.set(false); // before looking: what comes from now on wakes again
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

  /** One program. */
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

    /** Notes what the program has used so far: some of it would be gone with the processes. */
    public void look() {
      note(meter.read(Map.of(pid, marks())).get(pid));
    }

    /** The program has ended, and all that it started. */
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

    /** Looks often at first and then less often, as short programs have a peak of memory, too. */
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
        leftBehind = reading.cpu(); // the rest comes with the end of the program
      }
    }

    /** Children that nobody waited for take their time with them. */
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
}
