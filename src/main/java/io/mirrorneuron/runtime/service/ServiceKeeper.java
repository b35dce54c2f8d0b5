package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.graph.ServiceTemplates;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.NamedInputs;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the services of this node's open jobs, has them checked, and removes them with their
 * jobs. After a take-over the new owner registers them anew; records that the former owner left are
 * hidden from readers, and swept.
 */
public final class ServiceKeeper implements JobWatch, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceKeeper.class);
  private static final long SWEEP_MS = 60_000;
  private static final long LAST_WRITES_MS = 2_000;

  private final Home home;
  private final ServiceContext works;
  private final ProgramGate gate;
  private final Set<JobServices> jobs = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile boolean hasForgotten;

  /**
   * @param owner of its jobs in the store
   * @param environment variables for templates
   * @param bundles folders of payload files by fingerprint
   * @param isEndpoint whether this server itself listens at an address and port
   */
  public record Home(
      String node,
      String owner,
      Map<String, String> environment,
      Function<String, Path> bundles,
      BiPredicate<String, Integer> isEndpoint) {}

  /**
   * @param prober closed with this
   * @param gate learns which jobs are open
   */
  public ServiceKeeper(
      Home home, ServiceRegistry registry, Timers timers, Prober prober, ProgramGate gate) {
    this.home = home;
    this.works = new ServiceContext(registry, timers, prober, new ProbeSchedule());
    this.gate = gate;
  }

  @Override
  public Listener of(JobState state, long epoch, Teller teller) {
    ServiceDemands demands;
    try {
      demands = ServiceDemands.of(state.workflow());
    } catch (RuntimeException e) {
      LOG.error("the services of job {} cannot be read", state.jobId(), e);
      return Listener.NOBODY;
    }
    if (demands.offered().isEmpty() && demands.byAgent().isEmpty()) {
      return Listener.NOBODY;
    }
    String bundle = state.header().origin().bundle();
    String target = state.header().origin().target();
    JobOffer offer =
        new JobOffer(
            demands,
            new Claim(home.owner(), state.jobId(), epoch),
            home.node(),
            target == null ? "" : "@" + target,
            home.environment(),
            bundle == null ? null : home.bundles().apply(bundle),
            home.isEndpoint());
    return listener(offer, teller);
  }

  private Listener listener(JobOffer offer, Teller teller) {
    JobServices[] itself = new JobServices[1];
    itself[0] = new JobServices(offer, works, teller, gate, () -> jobs.remove(itself[0]));
    return new Listener() {
      @Override
      public void settled(JobState state) {
        if (!closed) {
          jobs.add(itself[0]);
          harmless(state.jobId(), () -> itself[0].settled(state));
        }
      }

      @Override
      public void left() {
        harmless(offer.claim().jobId(), itself[0]::left);
      }

      @Override
      public CompletionStage<Boolean> isArriving() {
        return itself[0].isArriving();
      }

      @Override
      public Staying hand(long forMs) {
        try {
          return itself[0].hand(forMs);
        } catch (RuntimeException e) {
          LOG.error("the services of job {} end where it leaves", offer.claim().jobId(), e);
          left();
          return Staying.NOTHING;
        }
      }
    };
  }

  /** A job continues despite failures of its services. */
  private static void harmless(String jobId, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.error("the services of job {} are not kept as they should be", jobId, e);
    }
  }

  int waitingChecks() {
    return works.schedule().waiting();
  }

  /** Starts to sweep left records from time to time. */
  public void keepClean() {
    if (closed) {
      return;
    }
    forgotten()
        .thenCompose(done -> works.registry().sweep())
        .whenComplete(
            (removed, failure) -> {
              if (failure == null && removed > 0) {
                LOG.info("removed {} services of jobs that have ended", removed);
              }
              works.timers().at(works.now() + SWEEP_MS, this::keepClean);
            });
  }

  /** Removes what a former process of this node has kept for a while. */
  private CompletionStage<?> forgotten() {
    return hasForgotten
        ? CompletableFuture.completedStage(null)
        : works.registry().forget(home.owner()).thenRun(() -> hasForgotten = true);
  }

  /** Removes all records of this node, as far as the store answers in time. */
  @Override
  public void close() {
    closed = true;
    CompletableFuture<?>[] ends =
        jobs.stream().map(JobServices::end).toArray(CompletableFuture<?>[]::new);
    works.schedule().close();
    try {
      CompletableFuture.allOf(ends).get(LAST_WRITES_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("some services could not be removed; nobody gets them while this server is away");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    works.prober().close();
  }

  /**
   * The services of one job on this node, derived from the job's state: a service of the job while
   * it runs, a service of an agent while its program runs. Those of a paused job stay, as critical.
   */
  private static final class JobServices implements JobWatch.Listener {
    private final JobOffer offer;
    private final ServiceContext works;
    private final JobWatch.Teller teller;
    private final ProgramGate gate;
    private final Runnable onLeft;
    private final Map<String, Live> live = new HashMap<>();
    private boolean left;

    /**
     * @param programs behind the instance
     */
    private record Live(Instance instance, Set<String> programs) {}

    JobServices(
        JobOffer offer,
        ServiceContext works,
        JobWatch.Teller teller,
        ProgramGate gate,
        Runnable onLeft) {
      this.offer = offer;
      this.works = works;
      this.teller = teller;
      this.gate = gate;
      this.onLeft = onLeft;
    }

    @Override
    public synchronized void settled(JobState state) {
      if (left) {
        return;
      }
      gate.know(state.jobId(), offer.demands());
      Map<String, Set<String>> programs = new HashMap<>();
      Map<String, ServiceDefinition> wanted = new LinkedHashMap<>();
      for (ServiceDefinition service : offer.demands().offered()) {
        Set<String> behind = programs(service, state);
        if (behind != null) {
          String id = offer.id(service);
          wanted.put(id, service);
          programs.put(id, behind);
        }
      }
      Set<String> gone = new HashSet<>(live.keySet());
      gone.removeAll(wanted.keySet());
      gone.forEach(id -> live.remove(id).instance().end(true));
      boolean paused = state.status() == JobStatus.PAUSED;
      wanted.forEach((id, service) -> keep(id, service, programs.get(id), paused, state));
    }

    private void keep(
        String id,
        ServiceDefinition service,
        Set<String> programs,
        boolean paused,
        JobState state) {
      Live known = live.get(id);
      if (known == null) {
        Instance instance = new Instance(offer.nature(service, state), works, teller);
        live.put(id, new Live(instance, programs));
        instance.deployed(state.definition().by());
        instance.register(paused);
        return;
      }
      known.instance().deployed(state.definition().by());
      known.instance().pause(paused);
      if (!paused && !known.programs().equals(programs)) {
        live.put(id, new Live(known.instance(), programs));
        known.instance().beginAgain();
      }
    }

    /** The programs behind a service; null when it is not to be registered. */
    private Set<String> programs(ServiceDefinition service, JobState state) {
      boolean open =
          switch (state.status()) {
            case RUNNING, PAUSING, CANCELLING, PAUSED -> true;
            default -> false;
          };
      String agent = offer.agent(service);
      if (!open || agent == null || !isProgram(agent, state)) {
        return open ? Set.of() : null;
      }
      Set<String> running =
          flights(agent, state)
              .filter(flight -> flight.parked() || flight.lease() != null)
              .map(Flight::executionId)
              .collect(Collectors.toSet());
      return running.isEmpty() ? null : running;
    }

    private static boolean isProgram(String agent, JobState state) {
      return state.workflow().agents().containsKey(agent)
          && state.workflow().agents().get(agent).type() == AgentType.EXECUTOR;
    }

    private static Stream<Flight> flights(String agent, JobState state) {
      Stream<Mailbox> own =
          state.peek(agent) == null ? Stream.empty() : Stream.of(state.peek(agent).mailbox());
      Stream<Mailbox> ofSteps =
          state.steps().of(agent).stream()
              .map(step -> step.mailboxes().of(agent))
              .filter(mailbox -> mailbox != null);
      return Stream.concat(own, ofSteps).map(Mailbox::flight).filter(flight -> flight != null);
    }

    @Override
    public void left() {
      end();
    }

    @Override
    public synchronized CompletionStage<Boolean> isArriving() {
      List<CompletableFuture<Long>> left =
          offer.demands().offered().stream()
              .map(service -> leftUnder(service).toCompletableFuture())
              .toList();
      long now = offer.claim().epoch();
      return CompletableFuture.allOf(left.toArray(CompletableFuture<?>[]::new))
          .thenApply(
              done -> left.stream().map(CompletableFuture::join).anyMatch(at -> isOf(at, now)));
    }

    private CompletionStage<Long> leftUnder(ServiceDefinition service) {
      return works.registry().leftUnder(offer.claim().jobId(), service.name(), offer.id(service));
    }

    private static boolean isOf(long epoch, long now) {
      return epoch != 0 && epoch < now;
    }

    @Override
    public synchronized JobWatch.Staying hand(long forMs) {
      left = true;
      Map<Boolean, List<Live>> byPassing =
          live.values().stream()
              .collect(Collectors.partitioningBy(one -> one.instance.isPassing()));
      byPassing.get(false).forEach(one -> one.instance.end(false));
      List<RegistryRecordWriter> stay =
          byPassing.get(true).stream().map(one -> one.instance.leave(forMs)).toList();
      live.clear();
      gate.forget(offer.claim().jobId());
      onLeft.run();
      return stay.isEmpty()
          ? JobWatch.Staying.NOTHING
          : new StayingServices(
              stay,
              byPassing.get(true).stream()
                  .flatMap(one -> one.programs.stream())
                  .collect(Collectors.toSet()));
    }

    /** Ends all; completes when the registry has removed them. */
    synchronized CompletableFuture<Void> end() {
      left = true;
      List<CompletableFuture<Void>> ends =
          live.values().stream().map(one -> one.instance().end(false)).toList();
      live.clear();
      gate.forget(offer.claim().jobId());
      onLeft.run();
      return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Services of a job that has moved, kept here until they pass on the other node.
     *
     * @param records kept
     * @param executions the programs behind them
     */
    private record StayingServices(List<RegistryRecordWriter> records, Set<String> executions)
        implements JobWatch.Staying {
      @Override
      public CompletionStage<Boolean> isNeeded() {
        List<CompletableFuture<Boolean>> reported =
            records.stream().map(one -> one.isLeft().toCompletableFuture()).toList();
        return CompletableFuture.allOf(reported.toArray(CompletableFuture<?>[]::new))
            .thenApply(done -> reported.stream().anyMatch(CompletableFuture::join));
      }

      @Override
      public CompletionStage<?> end() {
        return CompletableFuture.allOf(
            records.stream()
                .map(one -> one.recall().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
      }
    }
  }

  /**
   * The services that a job offers on this node.
   *
   * @param suffix of agent ids, as of a system job's copy
   * @param environment variables for templates
   * @param folder of its payload files, or null
   * @param isEndpoint whether this server itself listens at an address and port
   */
  private record JobOffer(
      ServiceDemands demands,
      Claim claim,
      String node,
      String suffix,
      Map<String, String> environment,
      Path folder,
      BiPredicate<String, Integer> isEndpoint) {

    private record Configured(Map<String, Object> environment) {}

    /** {@code <job>:<agent, or job>:<name>}. */
    String id(ServiceDefinition service) {
      String agent = agent(service);
      return claim.jobId() + ":" + (agent == null ? "job" : agent) + ":" + service.name();
    }

    /** The agent's id within its job, or null. */
    String agent(ServiceDefinition service) {
      return service.agentId() == null ? null : service.agentId() + suffix;
    }

    Instance.Nature nature(ServiceDefinition service, JobState state) {
      String agentId = agent(service);
      Agent agent = agentId == null ? null : state.workflow().agents().get(agentId);
      Map<String, String> facts = new LinkedHashMap<>();
      facts.put("node", node);
      facts.put("job_id", claim.jobId());
      if (agentId != null) {
        facts.put("agent_id", agentId);
      }
      ServiceTemplates templates =
          new ServiceTemplates(
              agent == null ? NamedInputs.values(state.workflow().source()) : agent.config(),
              variables(agent, state),
              facts);
      ServiceDefinition filled = judged(service.filled(templates)).ofAgent(agentId);
      return new Instance.Nature(
          id(service),
          claim,
          node,
          state.header().origin().runId(),
          new CheckTarget(filled, ports(filled), folder));
    }

    /** Only this server itself listens at its ports, whatever the manifest says. */
    private ServiceDefinition judged(ServiceDefinition filled) {
      return filled.problem() == null && isEndpoint.test(filled.address(), filled.portNumber())
          ? filled.troubled(
              "port %d of %s is a port of this server or its Redis, and no service of a job"
                  .formatted(filled.portNumber(), filled.address()))
          : filled;
    }

    private Map<String, String> variables(Agent agent, JobState state) {
      Map<String, String> variables = new LinkedHashMap<>(environment);
      if (agent != null) {
        Stream.concat(agent.request().ports().stream(), given(agent, state))
            .filter(port -> port.number() != 0)
            .forEach(port -> variables.put(port.variable(), Integer.toString(port.number())));
        LenientJson.read(agent.config(), Configured.class)
            .environment()
            .forEach((name, value) -> variables.put(name, value.toString()));
      }
      return variables;
    }

    private static Stream<Port> given(Agent agent, JobState state) {
      return state.mailboxes().waiting().stream()
          .filter(mailbox -> mailbox.agentId().equals(agent.id()) && mailbox.flight() != null)
          .flatMap(mailbox -> mailbox.flight().given().stream())
          .flatMap(allocation -> allocation.ports().stream());
    }

    /** Ports of its services, unless they are templates of others. */
    private Set<Integer> ports(ServiceDefinition filled) {
      Set<Integer> ports = new HashSet<>(demands.ports());
      ports.add(filled.portNumber());
      ports.remove(0);
      return ports;
    }
  }
}
