package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.runtime.loop.JobWatch.Teller;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.runtime.service.Prober.ProbeResult;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * One registered instance: has its checks made, and keeps what the registry tells of it true.
 * Thread-safe; no call blocks.
 */
final class Instance {
  /** A record is written again, with newer times, when it was not for so long. */
  private static final long COARSE_MS = 30_000;

  /** The same while it fails, as then somebody looks who wants to know how often and when. */
  private static final long FAILING_MS = 5_000;

  /** Between two writes that do not change the status, but what is said of it. */
  private static final long FINE_MS = 1_000;

  private static final String PAUSED = "job_paused";

  /**
   * What it is an instance of.
   *
   * @param target with templates filled in
   */
  record Nature(String id, Claim claim, String node, String runId, CheckTarget target) {}

  private final Nature nature;
  private final ServiceWorks works;
  private final Teller teller;
  private final RecordWriter writer;
  private final EventBudget budget = new EventBudget();
  private final String registeredAt;
  private final List<AutoCloseable> rhythms = new ArrayList<>();

  private ServiceHealth health;
  private DeployedBy by;
  private String shown;
  private long writtenAt;
  private boolean unreported;
  private boolean paused;
  private boolean ended;

  /** Counts beginnings, so that a late answer is not taken for one of the present program. */
  private int round;

  Instance(Nature nature, ServiceWorks works, Teller teller) {
    this.nature = nature;
    this.works = works;
    this.teller = teller;
    this.registeredAt = time(works.now());
    this.health = ServiceHealth.unknown(service().checks());
    this.writer =
        new RecordWriter(
            works.registry(),
            works.timers(),
            nature.claim(),
            service().name(),
            nature.id(),
            this::fenced);
  }

  private ServiceDefinition service() {
    return nature.target().service();
  }

  private static String time(long at) {
    return Json.timestamp(Instant.ofEpochMilli(at));
  }

  synchronized void register(boolean isPaused) {
    paused = isPaused;
    begin();
    Map<String, Object> members = facts();
    members.put("status", shown);
    teller.tell("service_registered", members);
  }

  /** Its job is of this deployment, or of none when that is null. */
  synchronized void deployed(DeployedBy deployment) {
    boolean isNews = shown != null && !Objects.equals(by, deployment);
    by = deployment;
    if (isNews) {
      show();
    }
  }

  /** Another program of the agent runs, of which nothing is known yet. */
  synchronized void beginAgain() {
    begin();
  }

  synchronized void pause(boolean isPaused) {
    if (isPaused != paused) {
      paused = isPaused;
      begin();
    }
  }

  private void begin() {
    stopChecks();
    round++;
    health = ServiceHealth.unknown(service().checks());
    show();
    if (!paused && !ended) {
      List<CheckDefinition> checks = service().checks();
      for (int i = 0; i < checks.size(); i++) {
        int index = i;
        int present = round;
        rhythms.add(
            works
                .schedule()
                .every(
                    checks.get(i).interval(),
                    31 * nature.id().hashCode() + i,
                    () -> check(index, present)));
      }
    }
  }

  private void stopChecks() {
    for (AutoCloseable rhythm : rhythms) {
      try {
        rhythm.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    rhythms.clear();
  }

  /** On a thread of its own: asking takes time. */
  private void check(int index, int of) {
    ProbeResult result = works.prober().ask(service().checks().get(index), nature.target());
    synchronized (this) {
      if (!ended && !paused && of == round) {
        ServiceHealth next = health.after(index, result, works.now());
        unreported |= !next.isLike(health);
        health = next;
        showWhenDue();
      }
    }
  }

  private void showWhenDue() {
    long age = works.now() - writtenAt;
    long due = unreported ? FINE_MS : health.firstFailure() == null ? COARSE_MS : FAILING_MS;
    if (!status().word().equals(shown) || age >= due) {
      show();
    }
  }

  private ServiceStatus status() {
    return paused || service().problem() != null ? ServiceStatus.CRITICAL : health.status();
  }

  private void show() {
    if (ended) {
      return;
    }
    String before = shown;
    shown = status().word();
    writtenAt = works.now();
    unreported = false;
    writer.write(Json.write(document()), paused || isPassing());
    if (before != null && !before.equals(shown) && budget.take(works.now())) {
      Map<String, Object> members = facts();
      members.put("status", shown);
      members.put("previous_status", before);
      int missed = budget.takeUnreported();
      if (missed > 0) {
        members.put("changes_not_told", missed);
      }
      teller.tell("service_health_changed", members);
    }
  }

  private Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("service_id", nature.id());
    facts.put("service_name", service().name());
    facts.put("agent_id", service().agentId());
    facts.put("node", nature.node());
    return facts;
  }

  /** The job is another node's, which will register it anew. */
  private synchronized void fenced() {
    ended = true;
    stopChecks();
  }

  /**
   * Ends it; completes when the registry has it no more.
   *
   * @param reported whether its job goes on and tells of it
   */
  synchronized CompletableFuture<Void> end(boolean reported) {
    if (reported && !ended) {
      teller.tell("service_deregistered", facts());
    }
    ended = true;
    stopChecks();
    return writer.remove();
  }

  boolean isPassing() {
    return status() == ServiceStatus.PASSING;
  }

  /**
   * Ends it, and leaves what is told of it: its program goes on for a while, and its job elsewhere.
   *
   * @param forMs how long at most
   * @return knows what is left
   */
  synchronized RecordWriter leave(long forMs) {
    fenced();
    writer.leave(forMs);
    return writer;
  }

  private RegisteredService document() {
    return new InstanceDocument(nature, by, registeredAt, shown, time(writtenAt))
        .of(health, paused ? PAUSED : service().problem());
  }

  /**
   * How many changes of one service its job tells: some at once, then one from time to time, as the
   * history of a job is bounded and a service may change its mind for ever. Not thread-safe.
   */
  static final class EventBudget {
    private static final int MOST = 10;
    private static final long ONE_EVERY_MS = 60_000;

    private double left = MOST;
    private long at = Long.MIN_VALUE;
    private int unreported;

    /**
     * Whether one may be told at this time, in milliseconds.
     *
     * @param now never before that of an earlier call
     */
    boolean take(long now) {
      if (at != Long.MIN_VALUE) {
        left = Math.min(MOST, left + (double) (now - at) / ONE_EVERY_MS);
      }
      at = now;
      if (left < 1) {
        unreported++;
        return false;
      }
      left--;
      return true;
    }

    /** How many were not told since this was asked last. */
    int takeUnreported() {
      int count = unreported;
      unreported = 0;
      return count;
    }
  }
}
