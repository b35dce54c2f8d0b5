package io.mirrorneuron.launch.hook;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.mirrorneuron.launch.hook.HookStore.HookContext;
import io.mirrorneuron.launch.hook.HookStore.HookNews;
import io.mirrorneuron.launch.hook.HookStore.HookOrder;
import io.mirrorneuron.launch.hook.HookStore.HookRecord;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.HookPrograms.Hook;
import io.mirrorneuron.port.HookPrograms.HookProgram;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LaunchSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hooks of one run, from the start of the first to the end of the last. Thread-safe. */
final class RunHook {
  private static final Logger LOG = LoggerFactory.getLogger(RunHook.class);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int TOLD_LINES = 10;
  private static final String PROCESS = "pre_launch_process.json";
  private static final String AFTER_STATE = "post_launch_hook.json";

  private final HookContext means;
  private final HookScripts scripts;
  private final LaunchSecrets secrets;
  private volatile HookRecord record; // written under the lock of this
  private boolean isOver; // guarded by this
  private volatile Hook before;
  private volatile Hook after;
  private volatile HookOutput output;

  RunHook(HookContext means, HookRecord record) {
    this.means = means;
    this.scripts = new HookScripts(means, record.runId(), record.blueprintId());
    this.secrets = new LaunchSecrets(record.secrets());
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
   * Stops the first hook and runs the last one, once; while the server stops, this is left to the
   * next server.
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

  /** Hooks that an earlier server had begun to end are not repeated. */
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

  /** Stops running hooks, because the server stops. */
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

  /** Starts the hooks of one run, in the copy of its bundle. */
  private record HookScripts(HookContext means, String runId, String blueprintId) {
    private static final int LONGEST_VARIABLE = 96 << 10;
    private static final String CONFIG_FILE = ".mn-launch-config.json";

    /**
     * What each hook of the run sees besides the usual few.
     *
     * @param configJson null for the one that an earlier hook was given
     */
    Map<String, String> variables(String configJson) {
      Path bundle = means.store().bundle(runId);
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put("MN_RUN_ID", runId);
      variables.put("MN_RUN_DIR", means.files().folder(runId).toString());
      variables.put("MN_RUNS_ROOT", means.files().root().toString());
      variables.put("MN_BLUEPRINT_ID", blueprintId);
      variables.put("MN_BUNDLE_DIR", bundle.toString());
      Path config = bundle.resolve(CONFIG_FILE);
      if (configJson != null) {
        write(config, configJson);
      }
      if (Files.exists(config)) {
        variables.put("MN_BLUEPRINT_CONFIG_FILE", config.toString());
      }
      if (configJson != null
          && configJson.getBytes(StandardCharsets.UTF_8).length <= LONGEST_VARIABLE) {
        variables.put("MN_BLUEPRINT_CONFIG_JSON", configJson);
      }
      return variables;
    }

    /** Into the copy of a bundle in which nothing runs yet. */
    private static void write(Path file, String text) {
      try {
        Files.deleteIfExists(file);
        Files.writeString(file, text);
      } catch (IOException e) {
        throw MnException.unavailable("the configuration of the hook cannot be written", e);
      }
    }

    Hook start(
        String script, Map<String, String> variables, BooleanSupplier stays, HookOutput printed) {
      Path bundle = means.store().bundle(runId);
      Path run = means.files().folder(runId);
      String id = runId + (script.equals(BundleHooks.BEFORE) ? "-before" : "-after");
      return means
          .programs()
          .start(
              new HookProgram(
                  id,
                  List.of(bundle.resolve(script).toString()),
                  bundle,
                  variables,
                  List.of(run),
                  means.limits().cleanup(),
                  stays,
                  printed));
    }
  }

  /**
   * The file by which a hook reports that it is ready, with a JSON object of additions. It may be
   * read during a write: an incomplete object may become complete. For one thread.
   */
  private static final class ReadyFile {
    static final String NAME = "pre_launch.ready";
    private static final int MOST = 1 << 20;
    private static final int LONGEST_VALUE = 96 << 10;

    /** After this many equal reads the text counts as complete. */
    private static final int STEADY = 10;

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Path folder;
    private String last;
    private int looks;

    /** What it may say; other members are the hook's own. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Document(Map<String, Object> env, Map<String, Object> config) {}

    /**
     * @param folder of the run, an absolute path without links
     */
    ReadyFile(Path folder) {
      this.folder = folder;
    }

    Path path() {
      return folder.resolve(NAME);
    }

    boolean isThere() {
      return Files.isRegularFile(path(), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * @param isLast whether nobody can write it any more
     * @return empty while it is not there, or is being written
     * @throws MnException INTERNAL {@code pre_launch_failed} when what it says makes no sense
     */
    Optional<HookNews> look(boolean isLast) {
      String text;
      try {
        text = new String(UntrustedFiles.read(path(), folder, MOST), StandardCharsets.UTF_8).trim();
      } catch (RefusedFile e) {
        throw wrong(e.getReason());
      } catch (NoSuchFileException e) {
        return Optional.empty();
      } catch (IOException e) {
        throw wrong("cannot be read: " + e.getMessage());
      }
      looks = text.equals(last) ? looks + 1 : 0;
      last = text;
      boolean isSteady = isLast || looks >= STEADY;
      if (!text.startsWith("{") && !text.startsWith("[")) { // nothing, or words such as "ready"
        return isSteady || !text.isEmpty() ? Optional.of(HookNews.NONE) : Optional.empty();
      }
      try {
        return Optional.of(news(Json.read(text, Document.class, NAME)));
      } catch (MnException e) {
        if (isSteady || e.error().equals("pre_launch_failed")) {
          throw e.error().equals("pre_launch_failed") ? e : wrong("says: " + e.getMessage());
        }
        return Optional.empty();
      }
    }

    private static HookNews news(Document document) {
      Map<String, String> environment = new LinkedHashMap<>();
      if (document.env() != null) {
        document.env().forEach((name, value) -> environment.put(name, checked(name, value)));
      }
      Map<String, Object> config = document.config() == null ? Map.of() : document.config();
      return new HookNews(environment, config);
    }

    private static String checked(String name, Object value) {
      if (!VARIABLE.matcher(name).matches()) {
        throw wrong("has in env a name that no variable can have");
      }
      String text = String.valueOf(value);
      boolean isText = value != null && !(value instanceof Map) && !(value instanceof Collection);
      if (!isText || text.indexOf('\0') >= 0 || text.length() > LONGEST_VALUE) {
        throw wrong(
            "must say in env.%s a text of at most %d characters".formatted(name, LONGEST_VALUE));
      }
      return text;
    }

    private static MnException wrong(String what) {
      return new MnException(ErrorCode.INTERNAL, "pre_launch_failed", NAME + " " + what);
    }
  }
}
