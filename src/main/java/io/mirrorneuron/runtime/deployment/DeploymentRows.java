package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.Result;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.bundle.VersionManifests;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads deployments. Blocking. Thread-safe. */
final class DeploymentRows {
  private static final Pattern ID = Pattern.compile("dep_(.+)_([1-9][0-9]{0,8})");

  /** Below the clients' default deadline. */
  private static final long PATIENCE_MS = 7_000;

  private static final long LOOK_MS = 200;

  private final RecordStore records;
  private final DeploymentMachine machine;
  private final VersionManifests texts;
  private final JobDefinitions definitions;
  private final Timers timers;

  record Found(DeployedKey line, int number) {}

  DeploymentRows(
      RecordStore records,
      DeploymentMachine machine,
      VersionManifests texts,
      JobDefinitions definitions,
      Timers timers) {
    this.records = records;
    this.machine = machine;
    this.texts = texts;
    this.definitions = definitions;
    this.timers = timers;
  }

  Optional<DeployedKey> line(String key) {
    return Answers.await(records.read(DeploymentMachine.KIND, key))
        .map(stored -> machine.read(stored.json()));
  }

  /**
   * The newest deployment of a key, or the deployment of that id.
   *
   * @throws MnException NOT_FOUND
   */
  Found found(String idOrKey) {
    Optional<DeployedKey> ofKey =
        idOrKey.isBlank() || idOrKey.indexOf(0) >= 0 ? Optional.empty() : line(idOrKey);
    if (ofKey.isPresent()) {
      return new Found(ofKey.get(), ofKey.get().newest().number());
    }
    Matcher id = ID.matcher(idOrKey);
    if (idOrKey.indexOf(0) < 0 && id.matches()) {
      int number = Integer.parseInt(id.group(2));
      Optional<DeployedKey> line = line(id.group(1)).filter(one -> number <= one.newest().number());
      if (line.isPresent()) {
        return new Found(line.get(), number);
      }
    }
    throw MnException.notFound("deployment", idOrKey);
  }

  String text(String key, DeployedVersion version) {
    return Answers.await(texts.get(key, version.fingerprint()))
        .orElseThrow(
            () ->
                MnException.precondition("the manifest of version " + version.name() + " is gone"));
  }

  /**
   * Fingerprints of the manifests of a key's versions, and of the manifest to which its newest
   * deployment may revert.
   */
  Set<String> fingerprints(String key) {
    Set<String> needed = new HashSet<>();
    line(key)
        .ifPresent(
            line -> {
              line.versions().forEach(version -> needed.add(version.fingerprint()));
              needed.add(line.newest().plan().base());
            });
    return needed;
  }

  DeploymentView get(String idOrKey) {
    Found found = found(idOrKey);
    DeployedKey line = found.line();
    Deployment now = line.newest();
    if (found.number() != now.number()) {
      now =
          Answers.await(records.history(DeploymentMachine.KIND, line.key())).stream()
              .map(past -> Json.read(past, Deployment.class, "a deployment"))
              .filter(past -> past.number() == found.number())
              .findFirst()
              .orElseThrow(() -> MnException.notFound("deployment", idOrKey));
    }
    return DeploymentViews.of(line, now, status(line)).with(new VersionViews(texts).of(line));
  }

  private String status(DeployedKey line) {
    DeploymentPlan plan = line.newest().plan();
    String job = plan.targetJob() == null ? plan.sourceJob() : plan.targetJob();
    try {
      return Answers.await(definitions.look(job)).status().word();
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /** The newest deployment of a key after a command. */
  Result result(String key) {
    DeployedKey line = line(key).orElseThrow(() -> MnException.notFound("deployment", key));
    DeploymentView view = DeploymentViews.of(line, line.newest(), status(line));
    DeployedVersion version = line.version(line.newest().plan().to()).orElseThrow();
    return new Result(
        view,
        DeploymentViews.version(key, version, text(key, version)),
        view.jobId(),
        goesOn(line.newest().plan()) ? view.status() : null,
        view.deploymentId(),
        key);
  }

  private static boolean goesOn(DeploymentPlan plan) {
    return plan.mode() != DeploymentPlan.Mode.NOOP && plan.mode() != DeploymentPlan.Mode.RERUN;
  }

  /** Waits a short while until the newest deployment of a key is over or awaits a person. */
  void await(String key) {
    long until = timers.now() + PATIENCE_MS;
    while (timers.now() < until
        && line(key)
            .filter(line -> line.newest().status() == Deployment.Status.RUNNING)
            .isPresent()) {
      CompletableFuture<Void> later = new CompletableFuture<>();
      timers.at(timers.now() + LOOK_MS, () -> later.complete(null));
      Answers.await(later);
    }
  }

  /**
   * The versions of a key as shown with a deployment: all versions, with the manifests of the
   * newest; the total size of the manifests is bounded. Blocking. Thread-safe.
   */
  record VersionViews(VersionManifests texts) {
    /** Most characters of manifests, newest versions first. */
    private static final int MOST_TOLD = 500_000;

    /** Most versions with a manifest; older ones are found by name. */
    static final int MANIFESTS = DeployedKey.KEPT;

    /** Manifests read in parallel. */
    private static final int AT_ONCE = 10;

    List<VersionView> of(DeployedKey line) {
      List<DeployedVersion> newest = line.versions().reversed();
      Map<String, Optional<String>> known = new HashMap<>();
      List<VersionView> reported = new ArrayList<>();
      int left = MOST_TOLD;
      for (int i = 0; i < newest.size(); i++) {
        DeployedVersion version = newest.get(i);
        String text = null;
        if (i < MANIFESTS && left > 0) {
          if (i % AT_ONCE == 0) {
            know(line.key(), newest.subList(i, Math.min(newest.size(), i + AT_ONCE)), known);
          }
          text = known.get(version.fingerprint()).orElse(null);
          left -= text == null ? 0 : text.length();
        }
        reported.addFirst(DeploymentViews.version(line.key(), version, left < 0 ? null : text));
      }
      return reported;
    }

    /** Reads each manifest once, though several versions may share it. */
    private void know(
        String key, List<DeployedVersion> versions, Map<String, Optional<String>> known) {
      Map<String, CompletionStage<Optional<String>>> asked = new HashMap<>();
      versions.stream()
          .map(DeployedVersion::fingerprint)
          .filter(fingerprint -> !known.containsKey(fingerprint))
          .forEach(fingerprint -> asked.computeIfAbsent(fingerprint, one -> texts.get(key, one)));
      asked.forEach((fingerprint, answer) -> known.put(fingerprint, Answers.await(answer)));
    }
  }
}
