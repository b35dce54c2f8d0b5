package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.runtime.local.OrderedJobs;
import io.mirrorneuron.runtime.machine.LeaderTerm;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSink;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.store.DeploymentRoles;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.bundle.VersionManifests;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** This server's part in deployments: the loop with its leader, and the port. */
public final class DeploymentKeeper implements AutoCloseable {
  private static final int PAGE = 500;

  private final RecordStore records;
  private final DeploymentMachine machine = new DeploymentMachine();
  private final LeaderTerm lead;
  private final MachineLoop<DeployedKey, DeploymentInput, DeploymentEffect> loop;
  private final LocalDeployments port;

  /**
   * @param lease decides which server runs the deployments
   * @param services offered by jobs
   * @param roles decides which of them are found
   * @param owner of this server
   * @param lifetime how often it tries for the lease and looks for work
   * @param suffixes gives unique ends of job ids
   * @param news receives the events of deployments
   */
  public record Home(
      RecordStore records,
      LeaderLease lease,
      ServiceRegistry services,
      DeploymentRoles roles,
      String owner,
      Lifetime lifetime,
      Supplier<String> suffixes,
      RuntimeEventSink news) {}

  /**
   * @param all jobs of all nodes
   * @param changes changes the agents of those jobs
   * @param threads may block
   */
  public DeploymentKeeper(
      Home home,
      LocalDeployments.Jobs jobs,
      JobsPort all,
      AgentChanges changes,
      Timers timers,
      Executor threads) {
    records = home.records();
    VersionManifests texts = new VersionManifests(records, "deployment-manifests");
    lead =
        new LeaderTerm(DeploymentMachine.KIND, home.owner(), home.lease(), home.lifetime(), timers);
    loop =
        new MachineLoop<>(
            machine,
            records,
            effects(home, jobs, new RoutedOrders(all, changes, threads), texts, timers),
            lead,
            home.lifetime(),
            timers);
    DeploymentRows rows = new DeploymentRows(records, machine, texts, jobs.definitions(), timers);
    port =
        new LocalDeployments(
            loop,
            rows,
            new DeploymentPages(records, machine, texts, rows),
            texts,
            jobs,
            timers,
            new VersionPreparation(rows, jobs, timers, home.suffixes()));
  }

  private static DeploymentEffects effects(
      Home home,
      LocalDeployments.Jobs jobs,
      RoutedOrders orders,
      VersionManifests texts,
      Timers timers) {
    DeploymentEffects.Launcher launcher =
        (jobId, manifest, bundle, by) ->
            CompletableFuture.runAsync(
                () ->
                    jobs.derived()
                        .make(
                            new OrderedJobs.Order(
                                "dep_" + by.key(),
                                jobId,
                                jobId,
                                manifest,
                                bundle,
                                null,
                                by,
                                false)),
                orders.threads());
    return new DeploymentEffects(
        launcher,
        texts,
        new OfferedHealth(home.services(), jobs.manifests()),
        new JobReplacement(home.roles(), jobs.definitions(), orders, jobs.manifests(), timers::now),
        home.news());
  }

  public void start() {
    lead.start();
    loop.start();
  }

  public LocalDeployments port() {
    return port;
  }

  /** Whether the owner {@code dep_KEY} of kept folders exists. */
  public CompletionStage<Boolean> has(String id) {
    return id.startsWith("dep_")
        ? records
            .read(DeploymentMachine.KIND, id.substring("dep_".length()))
            .thenApply(java.util.Optional::isPresent)
        : CompletableFuture.completedFuture(false);
  }

  /** Fingerprints of the payload files that versions use. */
  public CompletionStage<Set<String>> bundles() {
    return bundles("", new HashSet<>());
  }

  private CompletionStage<Set<String>> bundles(String after, Set<String> found) {
    return records
        .list(DeploymentMachine.KIND, after, PAGE)
        .thenCompose(
            page -> {
              page.forEach(stored -> add(machine.read(stored.json()).versions(), found));
              return page.size() < PAGE
                  ? CompletableFuture.completedFuture(found)
                  : bundles(page.getLast().id(), found);
            });
  }

  private static void add(List<DeployedVersion> versions, Set<String> found) {
    versions.stream()
        .map(DeployedVersion::bundle)
        .filter(java.util.Objects::nonNull)
        .forEach(found::add);
  }

  /** Releases the leases for another server. */
  @Override
  public void close() {
    loop.close();
    lead.close();
  }

  /** Sends orders to the nodes on which the jobs are open. */
  private record RoutedOrders(JobsPort jobs, AgentChanges changes, Executor threads)
      implements JobOrders {
    @Override
    public CompletionStage<?> redefine(String jobId, Redefinition order) {
      String reported = Json.write(order.order());
      return CompletableFuture.supplyAsync(() -> changes.redefine(jobId, reported), threads);
    }

    @Override
    public CompletionStage<?> play(String jobId, String role) {
      return CompletableFuture.supplyAsync(() -> changes.play(jobId, role), threads);
    }

    @Override
    public CompletionStage<?> resume(String jobId) {
      return CompletableFuture.supplyAsync(() -> jobs.resume(jobId), threads);
    }

    @Override
    public CompletionStage<?> retire(String jobId, Set<String> spared, String reason) {
      return CompletableFuture.supplyAsync(() -> changes.retire(jobId, spared, reason), threads);
    }

    @Override
    public CompletionStage<?> cancel(String jobId, String reason) {
      return CompletableFuture.supplyAsync(() -> jobs.cancel(jobId, null, reason), threads);
    }
  }
}
