package io.mirrorneuron.launch;

import io.mirrorneuron.config.TrustedFolders.Refusal;
import io.mirrorneuron.launch.hook.BundleHooks;
import io.mirrorneuron.launch.hook.HookNews;
import io.mirrorneuron.launch.hook.HookOrder;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.HiddenTexts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The phases of a launch in which hooks of older runs end, and its own begin. */
record HookPhases(LaunchPorts ports, LaunchLog log, LaunchBundle bundle) {

  void cleanUp() {
    List<String> ended = ports.hooks().cleanUp(bundle.blueprintId(), log.launch().runId());
    if (ended.isEmpty()) {
      log.skipped(Phase.CLEANUP, "Older runs have left no helpers.");
    } else {
      log.completed(Phase.CLEANUP, "Helpers of older runs are ended.", Map.of("run_ids", ended));
    }
  }

  void begin() {
    BundleHooks hooks = bundle.hooks();
    if (hooks.isNone()) {
      log.skipped(Phase.PRE_LAUNCH, "It has no preparation of its own.");
      return;
    }
    Optional<Refusal> refusal = ports.hooks().refusal(hooks);
    if (refusal.isEmpty()) {
      run(hooks);
    } else if (log.launch().order().force()) {
      log.skipped(
          Phase.PRE_LAUNCH,
          "Its %s is not run, as %s: the launch is forced."
              .formatted(hooks.names(), refusal.get().why()));
    } else {
      throw notRun(hooks, refusal.get());
    }
  }

  private static MnException notRun(BundleHooks hooks, Refusal refusal) {
    return new MnException(
        ErrorCode.PRECONDITION,
        LaunchReports.PREPARATION_NOT_RUN,
        "the bundle has %s, and %s. %s Or do by hand what it does, and launch it with force."
            .formatted(hooks.names(), refusal.why(), refusal.help()));
  }

  private void run(BundleHooks hooks) {
    log.running(Phase.PRE_LAUNCH, "Running " + hooks.names() + ".");
    LaunchRecord launch = log.launch();
    HookNews news =
        ports
            .hooks()
            .begin(
                new HookOrder(
                    launch.runId(),
                    bundle.blueprintId(),
                    launch.id(),
                    hooks,
                    bundle.configJson(),
                    HiddenTexts.of(
                        bundle.submission(launch.runId()).manifestJson(), bundle.configJson())));
    bundle.told(news);
    log.completed(
        Phase.PRE_LAUNCH,
        hooks.hasBefore() ? "Its preparation is ready." : "It will clear up after its job.",
        LaunchEvent.details(
            "env",
            news.environment().keySet().stream().sorted().toList(),
            "config",
            news.config().keySet().stream().sorted().toList()));
  }
}
