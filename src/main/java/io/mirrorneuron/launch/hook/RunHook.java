package io.mirrorneuron.launch.hook;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.operation.HookPrograms.Hook;
import io.mirrorneuron.wire.HiddenTexts;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hooks of one run, from the beginning of the first to the end of the last. Thread-safe. */
final class RunHook {
  private static final Logger LOG = LoggerFactory.getLogger(RunHook.class);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int TOLD_LINES = 10;
  private static final String PROCESS = "pre_launch_process.json";
  private static final String AFTER_STATE = "post_launch_hook.json";

  private final HookMeans means;
  private final HookScripts scripts;
  private final HiddenTexts secrets;
  private volatile HookRecord record; // written under the lock of this
  private boolean isOver; // guarded by this
  private volatile Hook before;
  private volatile Hook after;
  private volatile HookOutput output;

  RunHook(HookMeans means, HookRecord record) {
    this.means = means;
    this.scripts = new HookScripts(means, record.runId(), record.blueprintId());
    this.secrets = new HiddenTexts(record.secrets());
    this.record = record;
  }

  HookRecord record() {
    return record;
  }

  private String runId() {
    return record().runId();
  }

  /**
   * Begins the first hook, and waits until it is ready.
   *
   * @throws MnException INTERNAL {@code pre_launch_failed}; something may run still, see {@link
   *     #end}
   */
  HookNews begin(HookOrder order) {
    means.store().begin(record(), order.hooks().folder());
    Path run = means.files().folder(runId());
    if (order.hooks().hasAfter()) {
      noteAfter("registered", Map.of());
    }
    if (!order.hooks().hasBefore()) {
      return HookNews.NONE;
    }
    ReadyFile ready = new ReadyFile(run);
    means.files().clear(runId(), ReadyFile.NAME);
    means.files().clear(runId(), "pre_launch.log");
    Map<String, String> variables = scripts.variables(order.configJson());
    variables.put("MN_PRE_LAUNCH_READY_FILE", ready.path().toString());
    output = means.files().output(runId(), "pre_launch.log", secrets);
    before = scripts.start(BundleHooks.BEFORE, variables, ready::isThere, output);
    noteBefore("running", Map.of("pid", before.pid()));
    try {
      return awaitReady(ready);
    } catch (MnException e) {
      throw new MnException(
          e.code(), e.error(), secrets.hide(e.getMessage()), e.validation(), e.getCause());
    }
  }

  private HookNews awaitReady(ReadyFile ready) {
    Duration limit = means.limits().preLaunch();
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<HookNews> news = ready.look(false);
      if (news.isPresent()) {
        return news.get();
      }
      boolean hasEnded = before.awaitExit(LOOK);
      if (means.isClosed().getAsBoolean()) {
        throw MnException.unavailable("the server is stopping", null);
      }
      if (hasEnded) {
        return ready
            .look(true)
            .orElseThrow(() -> failed("ended early, with exit code " + before.stop()));
      }
      if (System.nanoTime() - end > 0) {
        before.stop();
        throw failed(
            "timed out: within %s it has not made the file that MN_PRE_LAUNCH_READY_FILE names (MN_PRE_LAUNCH_TIMEOUT_SECONDS)"
                .formatted(seconds(limit)));
      }
    }
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  private MnException failed(String how) {
    List<String> lines = output.lastLines(TOLD_LINES);
    String said = lines.isEmpty() ? "; it printed nothing" : ":\n" + String.join("\n", lines);
    return new MnException(
        ErrorCode.INTERNAL, "pre_launch_failed", BundleHooks.BEFORE + " " + how + said);
  }

  /** There is a job: the hooks accompany it from now on, whether or not that can be written. */
  synchronized void submitted(String jobId) {
    record = record.of(jobId);
    try {
      means.store().write(record);
    } catch (MnException e) {
      LOG.warn("the next server will not know the job of run {}: {}", runId(), e.getMessage());
    }
  }

  /**
   * Ends the first hook and runs the last one, once; when the server stops, the next one does that.
   *
   * @param status of the job; null when there is none
   * @return whether that was done now
   */
  synchronized boolean end(String status) {
    stopBefore();
    if (isOver || means.isClosed().getAsBoolean()) {
      return false;
    }
    record = record.ending();
    means.store().write(record);
    if (record.hasAfter()) {
      runAfter(status);
    }
    means.store().remove(record.runId());
    isOver = true;
    return true;
  }

  /** What the server before had begun is not done again. */
  synchronized void breakOff() {
    noteAfter("interrupted", Map.of());
    means.store().remove(record.runId());
    isOver = true;
  }

  private void runAfter(String status) {
    Map<String, String> variables = scripts.variables(null);
    if (record.jobId() != null) {
      variables.put("MN_JOB_ID", record.jobId());
    }
    variables.put("MN_JOB_STATUS", status == null ? "not_launched" : status);
    try (HookOutput printed = means.files().output(runId(), "post_launch.log", secrets)) {
      after = scripts.start(BundleHooks.AFTER, variables, () -> false, printed);
      noteAfter("running", Map.of("pid", after.pid()));
      boolean hasEnded = after.awaitExit(means.limits().postLaunch());
      int code = after.stop();
      String how = !hasEnded ? "timed_out" : code == 0 ? "completed" : "failed";
      noteAfter(how, Map.of("exit_code", code));
    } catch (MnException e) {
      noteAfter("failed", Map.of("error", e.getMessage()));
    }
  }

  private void stopBefore() {
    Hook running = before;
    if (running != null) {
      int code = running.stop();
      before = null;
      noteBefore("ended", Map.of("exit_code", code));
    }
    if (output != null) {
      output.close();
    }
  }

  /** The server stops. What runs is ended, whoever waits for it. */
  void close() {
    for (Hook running : new Hook[] {before, after}) {
      if (running != null) {
        running.stop();
      }
    }
  }

  private void noteBefore(String status, Map<String, Object> more) {
    note(PROCESS, BundleHooks.BEFORE, status, more);
  }

  private void noteAfter(String status, Map<String, Object> more) {
    note(AFTER_STATE, BundleHooks.AFTER, status, more);
  }

  private void note(String name, String script, String status, Map<String, Object> more) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("run_id", runId());
    document.put("script", script);
    document.put("status", status);
    document.put("ts", Json.timestamp(means.clock().instant()));
    document.putAll(more);
    means.files().note(runId(), name, document);
  }
}
