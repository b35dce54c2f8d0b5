package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import io.mirrorneuron.port.schedule.DeploymentsPort.Page;
import io.mirrorneuron.port.schedule.DeploymentsPort.VersionPage;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.bundle.VersionManifests;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Lists deployments and versions page by page. Blocking. Thread-safe. */
final class DeploymentPages {
  private static final int MOST_VERSIONS = 100;

  /** A page ends when its manifests have more characters. */
  private static final int MOST_TOLD = 2_000_000;

  private final RecordStore records;
  private final DeploymentMachine machine;
  private final VersionManifests texts;
  private final DeploymentRows rows;

  DeploymentPages(
      RecordStore records, DeploymentMachine machine, VersionManifests texts, DeploymentRows rows) {
    this.records = records;
    this.machine = machine;
    this.texts = texts;
    this.rows = rows;
  }

  /** The newest deployment of each key, by key. */
  Page deployments(DeploymentsPort.Query query) {
    String status = query.status();
    if (status != null && !DeploymentsPort.Query.STATUSES.contains(status)) {
      return new Page(List.of(), null);
    }
    if (query.deploymentKey() != null) {
      return new Page(
          rows
              .line(query.deploymentKey())
              .filter(line -> status == null || line.newest().status().word().equals(status))
              .map(DeploymentPages::view)
              .stream()
              .toList(),
          null);
    }
    int most = query.most();
    List<RecordStore.StoredRecord> found =
        Answers.await(page(status, Objects.requireNonNullElse(query.after(), ""), most + 1));
    return new Page(
        found.stream().limit(most).map(one -> view(machine.read(one.json()))).toList(),
        found.size() > most ? found.get(most - 1).id() : null);
  }

  private CompletionStage<List<RecordStore.StoredRecord>> page(
      String status, String after, int limit) {
    return status == null
        ? records.list(DeploymentMachine.KIND, after, limit)
        : records.list(DeploymentMachine.KIND, status, after, limit);
  }

  private static DeploymentView view(DeployedKey line) {
    return DeploymentViews.of(line, line.newest(), null);
  }

  /**
   * Versions of a key, newest first.
   *
   * @param after name of the last version of the page before, or null
   * @param limit 0 or less means 100, the most
   */
  VersionPage versions(String idOrKey, String after, int limit) {
    DeployedKey line = rows.found(idOrKey).line();
    int below = below(after);
    List<DeployedVersion> all =
        line.versions().reversed().stream()
            .filter(version -> Integer.parseInt(version.name()) < below)
            .toList();
    int most = limit <= 0 ? MOST_VERSIONS : Math.min(MOST_VERSIONS, limit);
    List<VersionView> reported = new ArrayList<>();
    int left = MOST_TOLD;
    while (reported.size() < Math.min(most, all.size()) && left > 0) {
      DeployedVersion version = all.get(reported.size());
      Optional<String> text = Answers.await(texts.get(line.key(), version.fingerprint()));
      left -= text.map(String::length).orElse(0);
      reported.add(DeploymentViews.version(line.key(), version, text.orElse(null)));
    }
    boolean goesOn = reported.size() < all.size();
    return new VersionPage(line.key(), reported, goesOn ? reported.getLast().version() : null);
  }

  private static int below(String after) {
    if (after == null) {
      return Integer.MAX_VALUE;
    }
    if (!after.matches("[1-9][0-9]{0,8}")) {
      throw MnException.invalid("after must be the next of the page before, such as 12");
    }
    return Integer.parseInt(after);
  }
}
