package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView.VersionView;
import io.mirrorneuron.runtime.deployment.DeploymentPlan.Mode;
import io.mirrorneuron.runtime.deployment.DeploymentRows.VersionViews;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.manifest.shorthand.ManifestContent;
import io.mirrorneuron.runtime.workflow.UpdatePolicy;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.bundle.VersionManifests;
import io.mirrorneuron.testing.InMemoryRecordStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What many versions of a key cost, in calls of the store and in what they carry. */
class ManyVersionsTest {
  private final InMemoryRecordStore kept = new InMemoryRecordStore();
  private final Map<String, Integer> calls = new TreeMap<>();
  private long carried;
  private final RecordStore counted =
      (RecordStore)
          Proxy.newProxyInstance(
              RecordStore.class.getClassLoader(),
              new Class<?>[] {RecordStore.class},
              (proxy, method, arguments) -> {
                calls.merge(method.getName(), 1, Integer::sum);
                try {
                  return method.invoke(kept, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
  private final VersionManifests texts = new VersionManifests(counted, "deployment-manifests");
  private final DeploymentMachine machine = new DeploymentMachine();

  private static String manifest(int version) {
    return new Graph()
        .router("start")
        .agent("a", "executor", "{'v':%d}".formatted(version))
        .toString();
  }

  /**
   * A line with so many stable versions, of which every {@code distinct}th has another manifest.
   */
  private DeployedKey line(int versions, int distinct) {
    Optional<DeployedKey> line = Optional.empty();
    for (int n = 1; n <= versions; n++) {
      String text = manifest(n % distinct);
      String fingerprint = new ManifestContent(text).fingerprint();
      texts.put("web", fingerprint, text, n).toCompletableFuture().join();
      DeploymentPlan plan =
          new DeploymentPlan(
              Mode.NOOP,
              UpdatePolicy.DEFAULT,
              line.map(DeployedKey::current).orElse(null),
              null,
              "" + n,
              "job-0123456789abcdef",
              null,
              null,
              "no agent differs",
              null);
      var version =
          new DeployedVersion("" + n, "job-0123456789abcdef", fingerprint, null, n, true, null);
      line = machine.decide(line, new DeploymentInput.Deploy("web", null, version, plan), n);
      while (!line.orElseThrow().news().unreported().isEmpty()) {
        String reported = line.get().news().unreported().getFirst().id();
        line = machine.decide(line, new DeploymentInput.EventDelivered(reported), n);
      }
    }
    return line.orElseThrow();
  }

  private int reads(DeployedKey line) {
    calls.clear();
    List<VersionView> reported = new VersionViews(texts).of(line);
    assertThat(reported).hasSize(line.versions().size());
    assertThat(reported.getLast().manifest()).isNotEmpty();
    carried = reported.stream().filter(version -> version.manifest() != null).count();
    assertThat(calls.keySet()).containsExactly("read");
    return calls.get("read");
  }

  @Test
  void moreVersionsAreNotMoreReads() {
    assertThat(reads(line(60, 1000))).isEqualTo(VersionViews.MANIFESTS);
    DeployedKey many = line(200, 1000);
    assertThat(many.versions()).as("stable ones are never dropped").hasSize(200);
    assertThat(reads(many)).isEqualTo(VersionViews.MANIFESTS);
    assertThat(carried).isEqualTo(VersionViews.MANIFESTS);
    assertThat(machine.write(many).length() / 200).as("characters of a version").isLessThan(200);
  }

  @Test
  void versionsWithTheSameManifestShareIt() {
    DeployedKey many = line(200, 3);
    assertThat(reads(many)).isEqualTo(3);
    assertThat(kept.list("deployment-manifests", "web", "", 500).toCompletableFuture().join())
        .hasSize(3);
    texts.tidy("web", java.util.Set.of(), 10_000_000).toCompletableFuture().join();
    assertThat(kept.list("deployment-manifests", "web", "", 500).toCompletableFuture().join())
        .as("what no version has goes")
        .isEmpty();
  }

  /** A page of the list is one read, whatever its deployments have behind them. */
  @Test
  void aListReadsEachKeyOnceHoweverManyVersionsItHas() {
    DeployedKey many = line(200, 3);
    for (String key : List.of("web", "shop", "mail")) {
      kept.write(
              DeploymentMachine.KIND,
              key,
              0,
              machine.write(many),
              RecordStore.NEVER,
              machine.beside(many))
          .toCompletableFuture()
          .join();
    }
    calls.clear();
    var pages = new DeploymentPages(counted, machine, texts, null);
    assertThat(pages.deployments(DeploymentsPort.Query.ALL).data()).hasSize(3);
    assertThat(calls).isEqualTo(Map.of("list", 1));
  }
}
