package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.deployment.Deployment.Clocks;
import io.mirrorneuron.runtime.deployment.Deployment.Happened;
import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import io.mirrorneuron.runtime.deployment.Deployment.Watch;
import io.mirrorneuron.runtime.schedule.event.PendingEvents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The working copy of a line during one decision. */
final class DeploymentDraft {
  private static final int MOST_EVENTS = 100;

  final long now;
  final String key;
  final int number;
  final String request;
  final DeploymentPlan plan;
  final long createdAt;
  String current;
  String currentJob;
  long definition;
  int lastVersion;
  Status status;
  Phase phase;
  int batch;
  Watch watch;
  Clocks clocks;
  String failure;
  private PendingEvents news;
  private final List<DeployedVersion> versions;
  private final List<Happened> events;
  private final DeployedKey before;

  private DeploymentDraft(DeployedKey line, Deployment deployment, long now) {
    this.now = now;
    this.before = line;
    this.key = line.key();
    this.current = line.current();
    this.currentJob = line.currentJob();
    this.definition = line.definition();
    this.lastVersion = line.lastVersion();
    this.news = line.news();
    this.versions = new ArrayList<>(line.versions());
    this.number = deployment.number();
    this.request = deployment.request();
    this.status = deployment.status();
    this.phase = deployment.phase();
    this.plan = deployment.plan();
    this.batch = deployment.batch();
    this.watch = deployment.watch();
    this.clocks = deployment.clocks();
    this.failure = deployment.failure();
    this.events = new ArrayList<>(deployment.events());
    this.createdAt = deployment.createdAt();
  }

  static DeploymentDraft of(DeployedKey line, long now) {
    return new DeploymentDraft(line, line.newest(), now);
  }

  static DeploymentDraft begun(DeployedKey line, DeploymentInput.Deploy order, long now) {
    int number = line.newest() == null ? 1 : line.newest().number() + 1;
    Deployment deployment =
        new Deployment(
            number,
            order.request(),
            Status.RUNNING,
            Phase.OVER,
            order.plan(),
            0,
            null,
            new Clocks(now, now, 0),
            null,
            List.of(),
            now,
            now);
    DeploymentDraft draft = new DeploymentDraft(line, deployment, now);
    if (line.version(order.version().name()).isEmpty()) {
      draft.versions.add(order.version());
      draft.lastVersion++;
    }
    return draft;
  }

  DeployedVersion target() {
    return versions.stream()
        .filter(version -> version.name().equals(plan.to()))
        .findFirst()
        .orElseThrow();
  }

  /** Whether the version it started from was healthy once. */
  boolean isBaseStable() {
    return versions.stream()
        .anyMatch(version -> version.name().equals(plan.from()) && version.stable());
  }

  void change(UnaryOperator<DeployedVersion> how) {
    versions.replaceAll(version -> version.name().equals(plan.to()) ? how.apply(version) : version);
  }

  void tell(String type) {
    tell(type, Map.of());
  }

  /** Adds an event to the deployment and publishes it as a runtime event. */
  void tell(String type, Map<String, Object> members) {
    String id = before.deploymentId(number);
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("deployment_id", id);
    payload.put("deployment_key", key);
    payload.put("deployment_version", plan.to());
    payload.put("job_id", plan.targetJob() == null ? plan.sourceJob() : plan.targetJob());
    payload.putAll(members);
    news = news.and(id, type, payload, 0);
    events.add(new Happened(type, now, members));
    if (events.size() > MOST_EVENTS) {
      events.removeFirst();
    }
  }

  DeployedKey end() {
    DeployedKey line = line(now);
    Deployment was = before.newest();
    boolean isSame = was != null && line(was.updatedAt()).equals(before.stored());
    return isSame ? before : phase == Phase.OVER ? ended(line) : line;
  }

  private DeployedKey line(long updatedAt) {
    Deployment next =
        new Deployment(
            number, request, status, phase, plan, batch, watch, clocks, failure, events, createdAt,
            updatedAt);
    List<DeployedVersion> kept = DeployedKey.tidied(versions, current, next);
    return new DeployedKey(
        key, current, currentJob, definition, lastVersion, kept, next, news, null);
  }

  private static DeployedKey ended(DeployedKey line) {
    return new DeployedKey(
        line.key(),
        line.current(),
        line.currentJob(),
        line.definition(),
        line.lastVersion(),
        line.versions(),
        line.newest(),
        line.news(),
        line.newest());
  }
}
