package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The part of this node in the upkeep of all: what leaves it, what comes to it, who asks it. */
public final class NodeDrains implements AutoCloseable {
  private static final long RETRY_MS = 500;

  private static final String OUT =
      "this server was taken out of the cluster and takes no new jobs; ask another one, or have it"
          + " added again (mn node add)";

  private final NodeBook book;
  private final NodeRegistry nodes;
  private final RecordStore records;
  private final Timers timers;
  private final OwnHealth health;
  private final NodeWatch watch;
  private final MemberWatch members;
  private final BooleanSupplier hasOthers;
  private final String self;
  private final Supplier<List<Machine>> others;
  private final boolean isGuest;
  private CopyKeeper copies;
  private HandOvers handOvers;
  private DrainWork work;
  private Departure departure;
  private BooleanSupplier works;

  /**
   * What all nodes share.
   *
   * @param lease decides which node tells what is told once for all
   */
  public record Shared(NodeRegistry nodes, RecordStore records, LeaderLease lease) {}

  /**
   * @param owner this node as the owner of jobs
   * @param limits when nodes are kept from work because of their faults
   * @param hasOthers whether other nodes live, as far as this one has heard
   * @param others machines of the other living nodes; may wait
   * @param isGuest whether it has joined the store, and could go when it was told to leave
   */
  public NodeDrains(
      String owner,
      Shared shared,
      QuarantineLimits limits,
      BooleanSupplier hasOthers,
      Supplier<List<Machine>> others,
      boolean isGuest,
      Timers timers) {
    this.self = NodeRegistry.nameOf(owner);
    this.others = others;
    this.isGuest = isGuest;
    this.nodes = shared.nodes;
    this.records = shared.records;
    this.timers = timers;
    this.hasOthers = hasOthers;
    this.book = new NodeBook(records, timers);
    this.health = new OwnHealth(self, book, hasOthers, timers);
    this.watch = new NodeWatch(self, book, hasOthers, this::out, timers);
    book.readBy(watch::look);
    QuarantineRule rule = new QuarantineRule(limits, nodes.lifetime());
    this.members =
        new MemberWatch(owner, nodes, book, shared.lease, rule, nodes::hasMetOthers, timers);
  }

  /** Takes in what goes wrong on nodes for reasons of the node. */
  public NodeFaults faults() {
    return health;
  }

  /** Has others greeted once they are known; must not wait. */
  public void onMeeting(Runnable greeting) {
    health.onMeeting(greeting);
  }

  /** Whether work may be placed on the node, as far as this one has heard; does not wait. */
  public boolean takesWork(String node) {
    return watch.takesWork(node);
  }

  /**
   * Names of the other nodes, also of those that take no work or died within an hour, and whether
   * they live; not of those that an operator took out. Reads the store.
   */
  public Map<String, Boolean> members() {
    return Answers.await(
        KnownNodes.of(nodes).thenCombine(book.all(), (all, states) -> all.besides(self, states)));
  }

  /**
   * What is asked about nodes, with the jobs of this one.
   *
   * @param owner this node as the owner of jobs
   * @param visitors the programs that it runs for jobs of others
   * @param own this node, as placement sees it
   */
  public LocalUpkeep upkeep(
      String owner, Engine engine, JobStore store, Visitors visitors, Supplier<Machine> own) {
    works = engine::mayWork;
    copies =
        new CopyKeeper(
            engine.moves(), () -> all(own.get()), book::all, () -> KnownNodes.of(nodes), timers);
    handOvers = new HandOvers(owner, engine.moves(), records, nodes.lifetime(), timers);
    JobsOfNode jobs = new JobsOfNode(store, text -> doubling(engine.moves(), text));
    var here = new DrainWork.Holdings(engine.moves(), jobs, visitors);
    work = new DrainWork(owner, here, handOvers, new LivingPlaces(nodes, book), book, timers);
    departure =
        new Departure(
            owner,
            new Departure.Parts(
                book,
                engine.moves(),
                handOvers,
                visitors,
                this::lookNow,
                () -> new LivingPlaces(nodes, book).besides(self),
                hasOthers),
            timers);
    return new LocalUpkeep(
        NodeRegistry.nameOf(owner),
        nodes,
        book,
        timers,
        new LocalUpkeep.OwnWork(jobs, this::lookNow, engine::recover, departure));
  }

  private static ServiceDoubling doubling(JobMoves moves, String manifest) {
    return ServiceDoubling.of(moves.workflow(manifest), moves::mayRepeat);
  }

  /** All living nodes; one that is called as this one is would be taken for it. */
  private List<Machine> all(Machine own) {
    List<Machine> all = new ArrayList<>(others.get());
    all.removeIf(one -> one.name().equals(own.name()));
    all.add(own);
    return all;
  }

  private void out(boolean isOut) {
    if (isOut) {
      departure.takeNoMore(OUT);
    } else {
      departure.takeAgain(OUT);
    }
  }

  private CompletionStage<?> lookNow() {
    return watch
        .look()
        .thenCompose(
            done -> watch.isDrained() ? work.look() : CompletableFuture.completedStage(null));
  }

  /** Whether this node is told to end. */
  public boolean isLeaving() {
    return departure != null && departure.isUnderWay();
  }

  /** Begins to look. */
  public void start() {
    back();
    handOvers.start(hasOthers);
    members.start();
    copies.start();
    health.start(works);
  }

  /**
   * What was noted when this server was told to end does not count any more. Nor does that it was
   * taken out, if it is on this store by its own settings: it was started to be here.
   */
  private void back() {
    String at = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    book.change(
            self,
            before -> {
              NodeState back = Departure.back(before, at);
              return isGuest ? back : MemberBook.back(back);
            })
        .whenComplete(
            (done, away) -> {
              if (away == null) {
                watch.start(work::look);
              } else {
                timers.at(timers.now() + RETRY_MS, this::back);
              }
            });
  }

  @Override
  public void close() {
    health.close();
    watch.close();
    members.close();
    copies.close();
    handOvers.close();
  }
}
