package io.mirrorneuron.launch.hook;

import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.port.HookPrograms;
import io.mirrorneuron.wire.LaunchSecrets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Port: hooks that have begun, each with a copy of its bundle. Writes are durable when a call
 * returns. Blocking and thread-safe; failures are {@link io.mirrorneuron.model.MnException}.
 */
public interface HookStore {

  /**
   * Copies the bundle and then writes the record, in place of what was there of the run.
   *
   * @param bundle its folder; links in it stay links
   * @throws io.mirrorneuron.model.MnException TOO_LARGE, STORAGE_FULL, UNAVAILABLE
   */
  void begin(HookRecord record, Path bundle);

  /** Where the copy of the bundle is. */
  Path bundle(String runId);

  /** Replaces the record. */
  void write(HookRecord record);

  /** Removes the record, and then the copy. */
  void remove(String runId);

  /** All records. What was left half made is removed. */
  List<HookRecord> all();

  /**
   * The hooks of a run as they are stored, from before the first one begins until the last has
   * ended.
   *
   * @param launchId the progress id of the launch
   * @param jobId null until there is a job
   * @param hasAfter whether something is to run at the end
   * @param isEnding whether that has begun: it does not begin twice
   * @param secrets texts that are hidden in what the hooks print
   */
  public record HookRecord(
      String runId,
      String blueprintId,
      String launchId,
      String jobId,
      boolean hasAfter,
      boolean isEnding,
      List<String> secrets) {
    public HookRecord {
      secrets = secrets == null ? List.of() : List.copyOf(secrets);
    }

    /** Whether it is of this launch, and there is no job yet. */
    boolean isOnlyOf(String launch) {
      return jobId == null && launchId.equals(launch);
    }

    HookRecord of(String job) {
      return new HookRecord(runId, blueprintId, launchId, job, hasAfter, isEnding, secrets);
    }

    HookRecord ending() {
      return new HookRecord(runId, blueprintId, launchId, jobId, hasAfter, true, secrets);
    }
  }

  /**
   * An order to begin the hooks of a run.
   *
   * @param launchId the progress id of the launch
   * @param configJson the configuration of the launch, as its programs will find it
   * @param secrets texts shown to programs only
   */
  public record HookOrder(
      String runId,
      String blueprintId,
      String launchId,
      BundleHooks hooks,
      String configJson,
      LaunchSecrets secrets) {}

  /**
   * The additions that a hook reports when it is ready.
   *
   * @param environment variables for the programs of the job
   * @param config laid over the configuration
   */
  public record HookNews(Map<String, String> environment, Map<String, Object> config) {
    public static final HookNews NONE = new HookNews(Map.of(), Map.of());
  }

  /**
   * What hooks work with.
   *
   * @param isClosed whether the server stops
   */
  record HookContext(
      HookStore store,
      HookPrograms programs,
      HookFiles files,
      LaunchSettings limits,
      Clock clock,
      BooleanSupplier isClosed) {}
}
