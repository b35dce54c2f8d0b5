package io.mirrorneuron.runtime.service;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService.CheckReport;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.service.Instance.EventBudget;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobOrigin;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.testing.InMemoryServiceRegistry;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.TurnedTimers;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services of many jobs come, are checked and go; nodes lose their jobs. */
class ServiceKeeperTest {
  private static final String OWNER = "mn@a#1";

  private final InMemoryServiceRegistry registry = new InMemoryServiceRegistry();
  private final ServiceDirectory directory = new ServiceDirectory(registry, "mn@a");
  private final TurnedClock clock = new TurnedClock(Instant.EPOCH);
  private final TurnedTimers timers = new TurnedTimers(clock);
  private final Listeners listeners = new Listeners();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final ServiceKeeper keeper = keeper(OWNER);

  private ServiceKeeper keeper(String owner) {
    registry.live(owner);
    return new ServiceKeeper(
        new ServiceKeeper.Home("mn@a", owner, Map.of(), bundle -> null, (_, _) -> false),
        registry,
        timers,
        new Prober(
            listeners.vertx(),
            AddressGuard.of(AddressGuard.Purpose.CHECK, new OwnPorts(), List.of()),
            null),
        new ProgramGate(directory));
  }

  @AfterEach
  void stop() {
    keeper.close();
    listeners.close();
  }

  private static JobState running(String jobId, String service) {
    ObjectNode manifest = Json.parseObject(SampleManifests.routers("offers", 1), "manifest");
    manifest.putArray("services").add(Json.parseObject(service.replace('\'', '"'), "service"));
    return running(jobId, manifest);
  }

  private static JobState running(String jobId, ObjectNode manifest) {
    JobState state =
        new JobState(
            jobId,
            new Manifests(DefaultRunner.HOST_LOCAL).parse(manifest.toString()),
            new JobHeader(JobOrigin.of(1, "run-" + jobId, null)),
            65_536);
    state.header().status(JobStatus.RUNNING, 1);
    return state;
  }

  private JobWatch.Listener open(ServiceKeeper by, JobState state, long epoch) {
    registry.open(state.jobId(), epoch);
    JobWatch.Listener listener = by.of(state, epoch, (type, members) -> events.add(type));
    listener.settled(state);
    return listener;
  }

  private List<String> statuses() {
    return directory.list(ServiceFilter.tagged(List.of(), false)).stream()
        .map(one -> one.status())
        .toList();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mn-service-checks"))
        .count();
  }

  @Test
  void aThousandServicesComeAndGoAndNothingIsLeft() {
    int port = listeners.http();
    List<JobWatch.Listener> jobs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      jobs.add(
          open(
              keeper,
              running(
                  "j" + i,
                  "{'name':'s%d','port':%d,'checks':[{'type':'%s','interval_ms':1000}]}"
                      .formatted(i % 10, port, i % 2 == 0 ? "http" : "tcp")),
              1));
    }
    eventually(
        "all pass",
        Duration.ofSeconds(60),
        () -> statuses().equals(Stream.generate(() -> "passing").limit(1000).toList()));

    jobs.forEach(JobWatch.Listener::left);

    assertThat(registry.size()).isZero();
    assertThat(keeper.waitingChecks()).isZero();
    eventually("the thread that keeps the time has ended", () -> threads() == 0);
    int asked = listeners.asked();
    eventually("no connection is open", () -> listeners.open() == 0);
    assertThat(listeners.asked()).isBetween(asked, asked + 100); // those that were under way
  }

  /** In the best of five tries, as a machine that has other things to do misses moments. */
  @Test
  void eachCheckIsMadeOnItsInterval() {
    int port = listeners.http();
    JobWatch.Listener job =
        open(
            keeper,
            running(
                "j",
                "{'name':'s','port':%d,'checks':[{'type':'http','interval_ms':200}]}"
                    .formatted(port)),
            1);
    long wrong = Long.MAX_VALUE;
    for (int i = 0; i < 5 && wrong > 1; i++) {
      int before = listeners.asked();
      eventually("the next check is made", () -> listeners.asked() > before);
      int first = listeners.asked();
      long begun = System.nanoTime();
      eventually(
          "fifteen more are made", Duration.ofSeconds(60), () -> listeners.asked() >= first + 15);
      long elapsed = Duration.ofNanos(System.nanoTime() - begun).toMillis();
      wrong = Math.abs(listeners.asked() - first - Math.round(elapsed / 200.0));
    }
    job.left();
    assertThat(wrong).as("checks too many or too few").isLessThanOrEqualTo(1);
  }

  @Test
  void aChangeIsWrittenAndMoreOfTheSameIsNot() {
    int port = listeners.http();
    open(
        keeper,
        running(
            "j",
            "{'name':'s','port':%d,'checks':[{'type':'http','interval_ms':100}]}".formatted(port)),
        1);
    eventually("ten checks are made", () -> listeners.asked() >= 10);
    assertThat(registry.writes()).isEqualTo(2);
    clock.turn(Duration.ofSeconds(31)); // so that readers see when it was last looked at
    eventually("it is written again", () -> registry.writes() == 3);
    listeners.well(false);
    eventually("it is critical", () -> statuses().equals(List.of("critical")));
    assertThat(registry.writes()).isEqualTo(4);
    assertThat(events)
        .containsExactly("service_registered", "service_health_changed", "service_health_changed");
  }

  private CheckReport reported() {
    return directory
        .list(ServiceFilter.tagged(List.of(), false))
        .getFirst()
        .health()
        .checks()
        .getFirst();
  }

  @Test
  void whileAServiceFailsItsReasonIsASecondOldAndItsCountFive() {
    int port = listeners.http();
    listeners.well(false);
    open(
        keeper,
        running(
            "j",
            "{'name':'s','port':%d,'checks':[{'type':'http','interval_ms':100}]}".formatted(port)),
        1);
    eventually("it is critical", () -> statuses().equals(List.of("critical")));
    int failures = reported().consecutiveFailures();
    int writes = registry.writes();
    int asked = listeners.asked();
    eventually("it is asked again", () -> listeners.asked() >= asked + 3);
    assertThat(registry.writes()).as("more of the same").isEqualTo(writes);

    clock.turn(Duration.ofMillis(5001));
    eventually("the count is told", () -> reported().consecutiveFailures() > failures);
    listeners.close(); // the status is the same, but not the reason
    clock.turn(Duration.ofMillis(1001));
    eventually("the reason is told", () -> reported().message().startsWith("no connection"));
    assertThat(registry.writes()).isEqualTo(writes + 2);
  }

  @Test
  void whoLostItsJobStopsAndTheHeirsRecordStays() {
    int port = listeners.http();
    String service =
        "{'name':'s','port':%d,'checks':[{'type':'http','interval_ms':100}]}".formatted(port);
    JobWatch.Listener first = open(keeper, running("j", service), 1);
    eventually("it passes", () -> statuses().equals(List.of("passing")));
    try (ServiceKeeper heir = keeper("mn@b#2")) {
      open(heir, running("j", service), 2);
      listeners.well(false); // the first one sees that, too, and may not write it
      eventually("the heir says so", () -> statuses().equals(List.of("critical")));
      first.left();
      assertThat(statuses()).containsExactly("critical");
    }
  }

  /** As when the connections of a server are closed before its jobs. */
  @Test
  void aRegistryThatBreaksHarmsNoJob() {
    registry.breakDown();
    JobWatch.Listener job = open(keeper, running("j", "{'name':'s'}"), 1);
    job.left();
    assertThat(statuses()).isEmpty();
  }

  @Test
  void ofAHostileManifestOnlySomeServicesAreRegistered() {
    ObjectNode manifest = Json.parseObject(SampleManifests.routers("many", 1), "manifest");
    for (int i = 0; i < 2000; i++) {
      manifest.withArray("/services").addObject().put("name", "s" + i);
    }
    open(keeper, running("j", manifest), 1);
    assertThat(statuses()).hasSize(1000);
  }

  @Test
  void aServiceThatFlapsDoesNotFillTheHistory() {
    EventBudget budget = new EventBudget();
    int reported = 0;
    for (long now = 0; now < 3_600_000; now += 500) {
      reported += budget.take(now) ? 1 : 0;
    }
    assertThat(reported).isBetween(60, 75);
    assertThat(budget.takeUnreported()).isGreaterThan(7000);
  }
}
