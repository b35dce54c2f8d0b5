package io.mirrorneuron.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.DeploymentsPort.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentsPort.NewDeployment;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The times of deployments, hours of them, on a runtime whose clock is turned. */
@Timeout(180)
@Whole
class DeploymentDeadlinesIT {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path home;
  private final TurnedClock clock = new TurnedClock(Clock.systemUTC());
  private RuntimeFixture node;
  private int port;

  @BeforeEach
  void start() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    node = RuntimeFixture.at(home, clock);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /** A service that is well while somebody listens at the port. */
  private String manifest(int version) {
    return new Graph()
        .agent("start", "router", "{'v':%d}".formatted(version))
        .with("type", "'service'")
        .with(
            "services",
            "[{'name':'shop','address':'127.0.0.1','port':%d,'checks':[{'type':'tcp','interval_ms':100,'timeout_ms':5000}]}]"
                .formatted(port))
        .toString();
  }

  private void deploy(int version, Map<String, Object> policy) {
    node.runtime()
        .deployments()
        .deploy(new NewDeployment(Submission.of(manifest(version)), "web", policy, false));
  }

  private DeploymentView now() {
    return node.runtime().deployments().get("web");
  }

  private DeploymentView until(String what, Predicate<DeploymentView> holds) {
    Eventually.eventually(what, Duration.ofSeconds(60), () -> holds.test(now()));
    return now();
  }

  /** Turns the clock, and waits until the deployment was looked at after that. */
  private DeploymentView after(Duration time) {
    clock.turn(time);
    Instant turned = clock.instant();
    return until("a look", one -> Instant.parse(one.updatedAt()).isAfter(turned));
  }

  private ServerSocket listening() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        4096); // nobody takes what comes
    return socket;
  }

  private static Map<String, Object> policy(Duration healthy, Duration progress) {
    return Map.of(
        "healthy_deadline_ms", healthy.toMillis(), "progress_deadline_ms", progress.toMillis());
  }

  @Test
  void whatIsNotHealthyInTimeFails() {
    deploy(
        1,
        Map.of(
            "healthy_deadline_ms", HOUR.toMillis(),
            "progress_deadline_ms", HOUR.multipliedBy(3).toMillis(),
            "auto_revert", true));
    assertThat(after(Duration.ofMinutes(55)).status()).isEqualTo("running");
    clock.turn(Duration.ofMinutes(5));
    DeploymentView failed = until("its end", one -> one.status().equals("failed"));
    assertThat(failed.failure())
        .startsWith("it was not healthy within healthy_deadline_ms 3600000: service shop is ");
    assertThat(failed.warnings()).as("it has a check").isNullOrEmpty();
    assertThat(failed.health().jobStatus()).isEqualTo("cancelled");
  }

  @Test
  void whatMakesNoProgressInTimeFails() {
    deploy(1, policy(HOUR.multipliedBy(3), HOUR));
    assertThat(after(Duration.ofMinutes(55)).status()).isEqualTo("running");
    clock.turn(Duration.ofMinutes(5));
    DeploymentView failed = until("its end", one -> one.status().equals("failed"));
    assertThat(failed.failure())
        .startsWith("it made no progress within progress_deadline_ms 3600000: service shop is ");
  }

  @Test
  void aPauseStopsTheClocks() {
    deploy(1, policy(HOUR, HOUR.multipliedBy(3)));
    after(Duration.ofMinutes(10));
    node.runtime().deployments().pause("web", "lunch");
    assertThat(after(Duration.ofHours(9)).status()).isEqualTo("paused");
    node.runtime().deployments().resume("web", null);
    assertThat(after(Duration.ofMinutes(40)).status()).isEqualTo("running");
    clock.turn(Duration.ofMinutes(10));
    DeploymentView failed = until("its end", one -> one.status().equals("failed"));
    assertThat(failed.failure()).startsWith("it was not healthy within healthy_deadline_ms");
  }

  @Test
  void aBreakBeginsTheTimeAnew() throws IOException {
    ServerSocket socket = listening();
    deploy(1, policy(HOUR, HOUR));
    until("the first", one -> one.status().equals("successful"));
    deploy(
        2,
        Map.of(
            "strategy", "blue-green",
            "auto_promote", true,
            "min_healthy_ms", HOUR.toMillis(),
            "healthy_deadline_ms", HOUR.multipliedBy(9).toMillis(),
            "progress_deadline_ms", HOUR.multipliedBy(9).toMillis()));
    until("it is healthy", one -> one.health().healthySince() != null);
    DeploymentView most = after(Duration.ofMinutes(55));
    assertThat(most.status()).isEqualTo("running");
    assertThat(most.health().healthySince()).isNotNull();

    socket.close();
    until("the break", one -> one.health().healthySince() == null);
    try (ServerSocket again = listening()) {
      until("it is healthy again", one -> one.health().healthySince() != null);
      assertThat(after(Duration.ofMinutes(55)).status()).as("it began anew").isEqualTo("running");
      clock.turn(Duration.ofMinutes(5));
      DeploymentView done = until("its end", one -> one.status().equals("successful"));
      assertThat(done.currentVersion()).isEqualTo("2");
      assertThat(again.isBound()).isTrue();
    }
  }
}
