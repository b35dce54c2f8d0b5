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
 * A registered service instance: schedules its checks and keeps its registry record current.
 * Thread-safe; no call blocks.
 */
final class Instance {
  /** Longest age of a record before it is written again with newer times. */
  private static final long COARSE_MS = 30_000;

  /** The same while it fails: readers want to know how often and when. */
  private static final long FAILING_MS = 5_000;

  /** Least pause between writes that change details but not the status. */
  private static final long FINE_MS = 1_000;

  private static final String PAUSED = "job_paused";

  /**
   * @param target with templates filled in
   */
  record Nature(String id, Claim claim, String node, String runId, CheckTarget target) {}

  private final Nature nature;
  private final ServiceContext works;
  private final Teller teller;
  private final RegistryRecordWriter writer;
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

  /** Counts restarts, so that a late result of a former program is ignored. */
  private int round;

  Instance(Nature nature, ServiceContext works, Teller teller) {
    this.nature = nature;
    this.works = works;
    this.teller = teller;
    this.registeredAt = time(works.now());
    this.health = ServiceHealth.unknown(service().checks());
    this.writer =
        new RegistryRecordWriter(
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

  /** Sets the deployment of its job; null for none. */
  synchronized void deployed(DeployedBy deployment) {
    boolean isNews = shown != null && !Objects.equals(by, deployment);
    by = deployment;
    if (isNews) {
      show();
    }
  }

  /** Restarts with unknown health for a new program of the agent. */
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

  /** Runs on a thread of its own, as checks block. */
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

  /** The job moved to another node, which registers it anew. */
  private synchronized void fenced() {
    ended = true;
    stopChecks();
  }

  /**
   * Ends it; completes when the registry has removed it.
   *
   * @param reported whether its job continues and publishes the end
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
   * Ends it, but keeps its record for a while: its program still runs while the job moves to
   * another node.
   *
   * @param forMs longest time
   * @return the writer of the kept record
   */
  synchronized RegistryRecordWriter leave(long forMs) {
    fenced();
    writer.leave(forMs);
    return writer;
  }

  private RegisteredService document() {
    return new InstanceDocument(nature, by, registeredAt, shown, time(writtenAt))
        .of(health, paused ? PAUSED : service().problem());
  }

  /**
   * Rate limit for status changes in a job's history, which is bounded while a service may flap for
   * ever: a burst, then one from time to time. Not thread-safe.
   */
  static final class EventBudget {
    private static final int MOST = 10;
    private static final long ONE_EVERY_MS = 60_000;

    private double left = MOST;
    private long at = Long.MIN_VALUE;
    private int unreported;

    /**
     * Whether a change may be published now.
     *
     * @param now milliseconds; never before that of an earlier call
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

    /** Suppressed changes since the last call. */
    int takeUnreported() {
      int count = unreported;
      unreported = 0;
      return count;
    }
  }
}
