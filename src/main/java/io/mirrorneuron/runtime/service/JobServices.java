package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The services of one job on this node. What should be registered follows from the job's state: a
 * service of the job while it runs, one of a program's agent while such a program runs. Of a paused
 * job they stay, and are critical.
 */
final class JobServices implements JobWatch.Listener {
  private final JobOffer offer;
  private final ServiceWorks works;
  private final JobWatch.Teller teller;
  private final ProgramGate gate;
  private final Runnable onLeft;
  private final Map<String, Live> live = new HashMap<>();
  private boolean left;

  /**
   * @param programs that are behind it
   */
  private record Live(Instance instance, Set<String> programs) {}

  JobServices(
      JobOffer offer,
      ServiceWorks works,
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
      String id, ServiceDefinition service, Set<String> programs, boolean paused, JobState state) {
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

  /** The programs behind a service, as far as it has any; null when it is not to be there. */
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
        live.values().stream().collect(Collectors.partitioningBy(one -> one.instance.isPassing()));
    byPassing.get(false).forEach(one -> one.instance.end(false));
    List<RecordWriter> stay =
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

  /** Ends all; completes when the registry has none of them any more. */
  synchronized CompletableFuture<Void> end() {
    left = true;
    List<CompletableFuture<Void>> ends =
        live.values().stream().map(one -> one.instance().end(false)).toList();
    live.clear();
    gate.forget(offer.claim().jobId());
    onLeft.run();
    return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
  }
}
