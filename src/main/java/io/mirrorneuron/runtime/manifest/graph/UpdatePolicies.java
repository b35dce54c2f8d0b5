package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.UpdateStrategy;
import java.util.List;
import java.util.Set;

/** Reads {@code policies.update}: how a new version replaces the running one. */
public final class UpdatePolicies {
  private static final Members MEMBERS =
      Members.closed("strategy", "health_check", "max_parallel", "canary", "min_healthy_ms")
          .with(null, "healthy_deadline_ms", "progress_deadline_ms", "auto_promote", "auto_revert");

  private UpdatePolicies() {}

  /** The given policy over the defaults. Reports errors; for stored jobs as warnings. */
  public static UpdatePolicy read(ManifestValue place) {
    if (!place.check(Shape.OBJECT)) {
      return UpdatePolicy.DEFAULT;
    }
    place.checkMembers(MEMBERS);
    checkWord(place.find("strategy"), Set.of("rolling", "canary", "blue-green"));
    checkWord(place.find("health_check"), Set.of("checks", "agent_states"));
    for (String member : List.of("max_parallel", "healthy_deadline_ms", "progress_deadline_ms")) {
      check(place.find(member), Shape.POSITIVE, "a positive integer");
    }
    for (String member : List.of("canary", "min_healthy_ms")) {
      check(place.find(member), Shape.COUNT, "a non-negative integer");
    }
    for (String member : List.of("auto_promote", "auto_revert")) {
      check(place.find(member), Shape.BOOLEAN, "a boolean");
    }
    UpdatePolicy usual = UpdatePolicy.DEFAULT;
    UpdatePolicy policy =
        new UpdatePolicy(
            strategy(place.find("strategy").text()),
            place.asInt("max_parallel", usual.maxParallel()),
            place.asInt("canary", usual.canary()),
            place.asInt("min_healthy_ms", (int) usual.minHealthyMs()),
            place.asInt("healthy_deadline_ms", (int) usual.healthyDeadlineMs()),
            place.asInt("progress_deadline_ms", (int) usual.progressDeadlineMs()),
            place.find("health_check").asWord(HealthSource.class).orElse(usual.healthCheck()),
            place.asBoolean("auto_promote", usual.autoPromote()),
            place.asBoolean("auto_revert", usual.autoRevert()));
    checkTogether(place, policy);
    return policy;
  }

  private static void check(ManifestValue found, Shape shape, String words) {
    if (!found.isAbsent() && !shape.fits(found.value())) {
      found.shouldBe(words);
    }
  }

  private static void checkWord(ManifestValue found, Set<String> words) {
    if (!found.isAbsent() && (found.text() == null || !words.contains(found.text()))) {
      found.refuse(ManifestProblem.UNSUPPORTED, found.label() + " has unsupported value");
    }
  }

  private static UpdateStrategy strategy(String word) {
    for (UpdateStrategy one : UpdateStrategy.values()) {
      if (one.word().equals(word)) {
        return one;
      }
    }
    return UpdatePolicy.DEFAULT.strategy();
  }

  private static void checkTogether(ManifestValue place, UpdatePolicy policy) {
    boolean isCanary = policy.strategy() == UpdateStrategy.CANARY;
    ManifestValue canary = place.find("canary");
    boolean hasCanary = policy.canary() > 0 && Shape.COUNT.fits(canary.value());
    if (policy.strategy() == UpdateStrategy.ROLLING && hasCanary) {
      conflict(canary, "%s must be 0 with strategy rolling: choose canary");
    }
    if (isCanary && policy.autoPromote() && policy.canary() == 0) {
      conflict(place.find("auto_promote"), "%s requires canary > 0 for canary deployments");
    }
    long deadline = policy.healthyDeadlineMs();
    if (deadline > 0 && policy.minHealthyMs() > deadline) {
      conflict(
          place.find("min_healthy_ms").isAbsent()
              ? place.find("healthy_deadline_ms")
              : place.find("min_healthy_ms"),
          "%s: min_healthy_ms must not be above healthy_deadline_ms, "
              + "and they are %d and %d".formatted(policy.minHealthyMs(), deadline));
    }
  }

  private static void conflict(ManifestValue found, String words) {
    found.refuse(ManifestProblem.CONFLICT, words.formatted(found.label()));
  }
}
