package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.port.schedule.DeploymentView.VersionView;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.bundle.VersionTexts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The versions of a key as they are told with a deployment: all, and the manifests of the newest.
 * So many manifests are read and told however many versions there are. Blocking and thread-safe.
 */
record ToldVersions(VersionTexts texts) {
  /** So many characters of manifests are told, those of the newest versions. */
  private static final int MOST_TOLD = 500_000;

  /** Of so many versions; what is older is found by its own name. */
  static final int MANIFESTS = DeploymentLine.KEPT;

  /** So many are asked for before the first answer is read. */
  private static final int AT_ONCE = 10;

  List<VersionView> of(DeploymentLine line) {
    List<DeployedVersion> newest = line.versions().reversed();
    Map<String, Optional<String>> known = new HashMap<>();
    List<VersionView> told = new ArrayList<>();
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
      told.addFirst(DeploymentViews.version(line.key(), version, left < 0 ? null : text));
    }
    return told;
  }

  /** Each manifest once, though several versions have it. */
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
