package io.mirrorneuron.runtime.local;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.node.NodeMembers.NodeAddress;
import io.mirrorneuron.port.node.RunLocator;
import io.mirrorneuron.port.node.RunLocator.RunPlace;
import io.mirrorneuron.port.node.RunLocator.RunPlace.Kind;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.folder.RunHeader;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds the nodes of runs: those of the owners of their jobs, or of the last owners of ended jobs.
 */
public final class StoredRunNodes implements RunLocator {
  private static final String NONE = "";
  private static final RunPlace UNKNOWN = new RunPlace(Kind.UNKNOWN, null, null);

  private final String owner;
  private final JobStore store;
  private final NodeRegistry nodes;
  private final RunStore runs;
  private final Function<String, CompletionStage<String>> chosen;
  private final Predicate<String> works;

  /** The job of each run whose folder was looked at; {@link #NONE} where no job can change it. */
  private final Cache<String, String> seen =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(1)).build();

  /**
   * @param owner this node as the owner of jobs
   * @param runs the folders on this node
   * @param chosen answers the job of a run with a chosen id, or null
   * @param works whether this node works on a job now
   */
  public StoredRunNodes(
      String owner,
      JobStore store,
      NodeRegistry nodes,
      RunStore runs,
      Function<String, CompletionStage<String>> chosen,
      Predicate<String> works) {
    this.owner = owner;
    this.store = store;
    this.nodes = nodes;
    this.runs = runs;
    this.chosen = chosen;
    this.works = works;
  }

  @Override
  public boolean sawOthers() {
    return nodes.sawOthers();
  }

  @Override
  public boolean isKnownHere(String runId) {
    String job = seen.getIfPresent(runId);
    return job == null ? RunId.job(runId).filter(works).isPresent() : isHere(job);
  }

  private boolean isHere(String job) {
    return job.equals(NONE) || works.test(job);
  }

  @Override
  public void look(String runId) {
    runs.present(runId)
        .map(folder -> folder.isOver() ? NONE : RunHeader.ofJob(folder).jobId())
        .ifPresent(job -> seen.put(runId, job));
  }

  @Override
  public CompletionStage<RunPlace> find(String runId) {
    Optional<String> named = RunId.job(runId);
    return named
        .map(job -> place(job).thenCompose(at -> at == UNKNOWN ? ofChosen(runId) : done(at)))
        .orElseGet(() -> ofChosen(runId));
  }

  private CompletionStage<RunPlace> ofChosen(String runId) {
    return chosen.apply(runId).thenCompose(job -> job == null ? done(UNKNOWN) : place(job));
  }

  private CompletionStage<RunPlace> place(String job) {
    return store
        .owner(job)
        .thenCompose(
            its ->
                its == null
                    ? done(UNKNOWN)
                    : its.equals(owner)
                        ? done(new RunPlace(Kind.HERE, null, job))
                        : nodes.address(its).thenCompose(address -> place(job, its, address)));
  }

  private CompletionStage<RunPlace> place(String job, String its, Optional<String> address) {
    return address
        .map(at -> done(new RunPlace(Kind.THERE, new NodeAddress(its, at), job)))
        .orElseGet(() -> withoutAddress(job, new NodeAddress(its, "")));
  }

  private CompletionStage<RunPlace> withoutAddress(String job, NodeAddress node) {
    return nodes
        .living()
        .thenCombine(
            store.status(job),
            (living, status) ->
                new RunPlace(
                    living.contains(node.owner())
                        ? Kind.HIDDEN
                        : RunStatus.ofAnyCase(String.valueOf(status)).isFinal()
                            ? Kind.GONE
                            : Kind.MOVING,
                    node,
                    job));
  }

  private static CompletionStage<RunPlace> done(RunPlace place) {
    return CompletableFuture.completedStage(place);
  }

  @Override
  public CompletionStage<List<NodeAddress>> others() {
    return nodes
        .living()
        .thenCompose(
            living -> {
              CompletionStage<List<NodeAddress>> all =
                  CompletableFuture.completedStage(new ArrayList<>());
              for (String other : new TreeSet<>(living)) {
                all =
                    other.equals(owner)
                        ? all
                        : all.thenCombine(
                            nodes.address(other), (found, at) -> with(found, other, at));
              }
              return all;
            });
  }

  private static List<NodeAddress> with(
      List<NodeAddress> found, String owner, Optional<String> address) {
    address.ifPresent(at -> found.add(new NodeAddress(owner, at)));
    return found;
  }

  @Override
  public void makeAnew(String runId, RunPlace place) {
    runs.unread().makeAnew(runId, place.jobId());
  }
}
