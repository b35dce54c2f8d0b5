package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.config.NodeSettings.QuarantineLimits;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.loop.Engine;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.manifest.graph.ServiceDoubling;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.PlacementPlan.Placed;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The part of this node in drains and membership: outgoing and incoming jobs, and requests. */
public final class NodeDrains implements AutoCloseable {
  private static final long RETRY_MS = 500;

  private static final String OUT =
      "this server was taken out of the cluster and takes no new jobs; ask another one, or have it"
          + " added again (mn node add)";

  private final NodeStore book;
  private final NodeRegistry nodes;
  private final RecordStore records;
  private final Timers timers;
  private final FaultRecorder health;
  private final NodeWatch watch;
  private final MemberWatch members;
  private final BooleanSupplier hasOthers;
  private final String self;
  private final Supplier<List<Machine>> others;
  private final boolean hasJoined;
  private CopyKeeper copies;
  private HandOvers handOvers;
  private DrainWork work;
  private ShutdownDrain departure;
  private BooleanSupplier works;

  /**
   * Shared by all nodes.
   *
   * @param lease elects the node that records membership for all
   */
  public record Shared(NodeRegistry nodes, RecordStore records, LeaderLease lease) {}

  /**
   * @param owner this node as the owner of jobs
   * @param limits when faulty nodes are quarantined
   * @param hasOthers whether other nodes live, as far as this node knows
   * @param others machines of the other living nodes; may wait
   * @param hasJoined whether it has joined the store, and could leave it on order
   */
  public NodeDrains(
      String owner,
      Shared shared,
      QuarantineLimits limits,
      BooleanSupplier hasOthers,
      Supplier<List<Machine>> others,
      boolean hasJoined,
      Timers timers) {
    this.self = NodeRegistry.nameOf(owner);
    this.others = others;
    this.hasJoined = hasJoined;
    this.nodes = shared.nodes;
    this.records = shared.records;
    this.timers = timers;
    this.hasOthers = hasOthers;
    this.book = new NodeStore(records, timers);
    this.health = new FaultRecorder(self, book, hasOthers, timers);
    this.watch = new NodeWatch(self, book, hasOthers, this::out, timers);
    book.readBy(watch::look);
    QuarantineRule rule = new QuarantineRule(limits, nodes.lifetime());
    this.members =
        new MemberWatch(owner, nodes, book, shared.lease, rule, nodes::hasMetOthers, timers);
  }

  /** Receives faults of nodes. */
  public NodeFaults faults() {
    return health;
  }

  /** Sets the callback that greets other nodes once they are known; must not wait. */
  public void onMeeting(Runnable greeting) {
    health.onMeeting(greeting);
  }

  /** Whether work may be placed on the node, as far as this one knows; does not wait. */
  public boolean takesWork(String node) {
    return watch.takesWork(node);
  }

  /**
   * Names of the other nodes, including those that take no work or died within an hour, and whether
   * they live; without those an operator removed. Reads the store.
   */
  public Map<String, Boolean> members() {
    return Answers.await(
        KnownNodes.of(nodes).thenCombine(book.all(), (all, states) -> all.besides(self, states)));
  }

  /**
   * The maintenance of nodes, with the jobs of this one.
   *
   * @param owner this node as the owner of jobs
   * @param visitors remote tasks on this node
   * @param own this node, as placement sees it
   */
  public LocalMaintenance upkeep(
      String owner,
      Engine engine,
      JobStore store,
      RunningRemoteTasks visitors,
      Supplier<Machine> own) {
    works = engine::mayWork;
    copies =
        new CopyKeeper(
            engine.moves(), () -> all(own.get()), book::all, () -> KnownNodes.of(nodes), timers);
    handOvers = new HandOvers(owner, engine.moves(), records, nodes.lifetime(), timers);
    JobsOfNode jobs = new JobsOfNode(store, text -> doubling(engine.moves(), text));
    var here = new DrainWork.Holdings(engine.moves(), jobs, visitors);
    work = new DrainWork(owner, here, handOvers, new LivingPlaces(nodes, book), book, timers);
    departure =
        new ShutdownDrain(
            owner,
            new ShutdownDrain.Parts(
                book,
                engine.moves(),
                handOvers,
                visitors,
                this::lookNow,
                () -> new LivingPlaces(nodes, book).besides(self),
                hasOthers),
            timers);
    return new LocalMaintenance(
        NodeRegistry.nameOf(owner),
        nodes,
        book,
        timers,
        new LocalMaintenance.OwnWork(jobs, this::lookNow, engine::recover, departure));
  }

  private static ServiceDoubling doubling(JobMoves moves, String manifest) {
    return ServiceDoubling.of(moves.workflow(manifest), moves::mayRepeat);
  }

  /**
   * All living nodes. Another node with this node's name is left out, as it would be mistaken for
   * it.
   */
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

  /** Whether this node is shutting down. */
  public boolean isLeaving() {
    return departure != null && departure.isUnderWay();
  }

  public void start() {
    back();
    handOvers.start(hasOthers);
    members.start();
    copies.start();
    health.start(works);
  }

  /**
   * Resets the drain of this server's last shutdown. Also readmits the node if it was removed but
   * is on this store by its own settings: it was started to be here.
   */
  private void back() {
    String at = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    book.change(
            self,
            before -> {
              NodeState back = ShutdownDrain.back(before, at);
              return hasJoined ? back : MembershipLog.back(back);
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

  /** Living nodes that take work, from the store. */
  private record LivingPlaces(NodeRegistry nodes, NodeStore book) implements DrainWork.Places {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|\\[?::1]?");

    @Override
    public CompletionStage<List<String>> besides(String node) {
      return KnownNodes.of(nodes)
          .thenCombine(book.all(), (known, states) -> known.takers(states, node));
    }

    @Override
    public CompletionStage<Boolean> areOneHost(String owner, String other) {
      return nodes
          .address(owner)
          .thenCombine(nodes.address(other), (one, two) -> isOne(host(one), host(two)));
    }

    /** An unknown host may be the same as any. */
    private static boolean isOne(Optional<String> one, Optional<String> two) {
      return one.isEmpty()
          || two.isEmpty()
          || one.equals(two)
          || isLoopback(one) && isLoopback(two);
    }

    private static boolean isLoopback(Optional<String> host) {
      return host.filter(name -> LOOPBACK.matcher(name).matches()).isPresent();
    }

    private static Optional<String> host(Optional<String> address) {
      return address.map(text -> text.substring(0, Math.max(0, text.lastIndexOf(':'))));
    }
  }

  /**
   * Assigns nodes to the copies of this node's system jobs, once a second while there are any. Only
   * the owner of a job does so: its epoch fences former owners.
   */
  static final class CopyKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(CopyKeeper.class);
    private static final long LOOK_MS = 1000;

    private final JobMoves moves;
    private final Supplier<List<Machine>> machines;
    private final Supplier<CompletionStage<Map<String, NodeState>>> states;
    private final Supplier<CompletionStage<KnownNodes>> known;
    private final Timers timers;

    private volatile boolean closed;

    /**
     * @param machines of all living nodes; may wait
     * @param states recorded states of nodes
     */
    CopyKeeper(
        JobMoves moves,
        Supplier<List<Machine>> machines,
        Supplier<CompletionStage<Map<String, NodeState>>> states,
        Supplier<CompletionStage<KnownNodes>> known,
        Timers timers) {
      this.moves = moves;
      this.machines = machines;
      this.states = states;
      this.known = known;
      this.timers = timers;
    }

    void start() {
      timers.at(
          timers.now() + LOOK_MS,
          () -> {
            if (closed) {
              return;
            }
            if (moves.areSpread()) {
              Thread.ofVirtual().name("mn-copies").start(this::lookAndGoOn);
            } else {
              start();
            }
          });
    }

    private void lookAndGoOn() {
      try {
        List<Machine> living = machines.get();
        states
            .get()
            .thenCombine(
                known.get(),
                (decided, there) ->
                    new CopyNodes(
                        living,
                        decided,
                        there.names().collect(Collectors.toSet()),
                        Instant.ofEpochMilli(timers.now())))
            .thenAccept(nodes -> moves.spread(nodes::of))
            .whenComplete((done, away) -> start());
      } catch (MnException away) {
        LOG.debug("it is not known which nodes there are", away);
        start();
      }
    }

    void close() {
      closed = true;
    }

    /**
     * Which nodes run copies of a system job. Pure. A living node that takes work, has disk space
     * and meets the requests of all agents gets a copy. A node that is dead, or takes no new work,
     * keeps its copy; a node that is drained of system jobs, too, or was removed, loses it.
     *
     * @param living nodes, as they describe themselves
     * @param states of nodes with a record, by name
     * @param known names of all nodes, alive or dead within an hour
     */
    record CopyNodes(
        List<Machine> living, Map<String, NodeState> states, Set<String> known, Instant now) {
      private static final Placement PLACEMENT = new BestNode();

      /**
       * @param workflow as its author wrote it
       */
      Input.Spread of(Workflow workflow) {
        List<Machine> takers = living.stream().filter(this::takesWork).toList();
        List<String> nodes =
            PLACEMENT.planEach(takers, PlacementRequest.of(workflow)).placements().stream()
                .map(Placed::node)
                .distinct()
                .toList();
        boolean mayEnd = workflow.jobType() == JobType.SYSBATCH;
        Map<String, String> left = new TreeMap<>();
        states.forEach(
            (name, state) -> {
              if (state.operatorDisconnect()) {
                left.put(name, "its node was taken out of the cluster");
              } else if (isDrained(state, mayEnd)) {
                left.put(name, "its node is drained of system jobs too");
              }
            });
        return new Input.Spread(nodes, left, known);
      }

      private boolean takesWork(Machine node) {
        NodeState state = states.get(node.name());
        return node.fullDisk() == null && (state == null || state.schedulingEligible());
      }

      /** Work that ends by itself may do so until the deadline of the drain. */
      private boolean isDrained(NodeState state, boolean mayEnd) {
        DrainState drain = state.drain();
        boolean isMeant =
            Boolean.FALSE.equals(drain.ignoreSystemJobs())
                && !drain.isOfEnd() // it will be back, as a dead node may be
                && !state.schedulingEligible();
        return isMeant
            && (drain.isOpen()
                ? !mayEnd || drain.isOver(now)
                : DrainState.COMPLETE.equals(drain.status()));
      }
    }
  }

  /**
   * Recorded states of nodes, cached: decisions made here are known at once, those of other nodes
   * within a second while other nodes live or this node is being drained. A node that is alone
   * reads them at its start and after its own changes. Thread-safe.
   */
  static final class NodeWatch {
    private static final long LOOK_MS = 1000;

    private final String self;
    private final NodeStore book;
    private final BooleanSupplier hasOthers;
    private final Timers timers;
    private volatile Map<String, NodeState> known = Map.of();
    private final Consumer<Boolean> out;
    private boolean wasOut; // guarded by this
    private long begun; // looks; guarded by this
    private long learned; // which of them is known; guarded by this
    private volatile boolean closed;

    /**
     * @param self the name of this node
     * @param hasOthers whether other nodes live, as far as this node knows
     * @param out is called when an operator removes this node from the cluster, and readmits it
     */
    NodeWatch(
        String self,
        NodeStore book,
        BooleanSupplier hasOthers,
        Consumer<Boolean> out,
        Timers timers) {
      this.out = out;
      this.self = self;
      this.book = book;
      this.hasOthers = hasOthers;
      this.timers = timers;
    }

    /** Whether work may be placed on the node. */
    boolean takesWork(String node) {
      NodeState state = known.get(node);
      return state == null || state.schedulingEligible();
    }

    /** Whether this node is being drained. */
    boolean isDrained() {
      NodeState state = known.get(self);
      return state != null && state.drain().isOpen();
    }

    /** Reads the present states. */
    CompletionStage<Void> look() {
      long number = next();
      return book.all().thenAccept(all -> learn(number, all));
    }

    private synchronized long next() {
      return ++begun;
    }

    /** Ignores a look that ends after a later one: its states are older. */
    private void learn(long number, Map<String, NodeState> all) {
      NodeState own = all.get(self);
      boolean isOut = own != null && own.operatorDisconnect();
      synchronized (this) {
        if (number < learned) {
          return;
        }
        learned = number;
        known = Map.copyOf(all);
        if (isOut != wasOut) {
          wasOut = isOut;
          out.accept(isOut);
        }
      }
    }

    /**
     * Looks periodically.
     *
     * @param drain runs while this node is being drained; completes when it has done what is
     *     possible now
     */
    void start(Supplier<CompletionStage<?>> drain) {
      if (closed) {
        return;
      }
      look()
          .thenCompose(
              done ->
                  isDrained()
                      ? drain.get().thenAccept(looked -> {})
                      : CompletableFuture.<Void>completedStage(null))
          .whenComplete((done, away) -> later(drain, away != null));
    }

    private void later(Supplier<CompletionStage<?>> drain, boolean mustLook) {
      timers.at(
          timers.now() + LOOK_MS,
          () -> {
            if (mustLook || hasOthers.getAsBoolean() || isDrained() || !takesWork(self)) {
              start(drain);
            } else if (!closed) {
              later(drain, false);
            }
          });
    }

    void close() {
      closed = true;
    }
  }
}
