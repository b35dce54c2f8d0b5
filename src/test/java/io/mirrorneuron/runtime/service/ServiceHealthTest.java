package io.mirrorneuron.runtime.service;

import static io.mirrorneuron.runtime.service.ServiceStatus.CRITICAL;
import static io.mirrorneuron.runtime.service.ServiceStatus.PASSING;
import static io.mirrorneuron.runtime.service.ServiceStatus.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService.CheckReport;
import io.mirrorneuron.runtime.manifest.graph.ServiceSamples;
import io.mirrorneuron.runtime.service.Prober.ProbeResult;
import org.junit.jupiter.api.Test;

/** What follows from the answers of checks, by a clock that is turned by hand. */
class ServiceHealthTest {
  private static final ProbeResult WELL = ProbeResult.well();
  private static final ProbeResult ILL = ProbeResult.failed("status 500");

  private long now;

  private static ServiceHealth of(String... checks) {
    return ServiceHealth.unknown(ServiceSamples.checks(checks));
  }

  private ServiceHealth after(ServiceHealth health, int index, ProbeResult... results) {
    for (ProbeResult result : results) {
      now += 1000;
      health = health.after(index, result, now);
    }
    return health;
  }

  @Test
  void withoutChecksItPasses() {
    assertThat(of().status()).isEqualTo(PASSING);
  }

  @Test
  void withChecksItIsWarnedOfUntilEachWasAnsweredWell() {
    ServiceHealth health = of("{'type':'tcp'}", "{'type':'http'}");
    assertThat(health.status()).isEqualTo(WARNING);

    health = after(health, 0, WELL);
    assertThat(health.status()).isEqualTo(WARNING);
    assertThat(after(health, 1, WELL).status()).isEqualTo(PASSING);
  }

  @Test
  void oneFailureIsEnoughByDefaultAndOneSuccessHeals() {
    ServiceHealth health = after(of("{'type':'tcp'}"), 0, WELL, ILL);
    assertThat(health.status()).isEqualTo(CRITICAL);
    assertThat(after(health, 0, WELL).status()).isEqualTo(PASSING);
  }

  @Test
  void untilTheThresholdItStaysAsItWasAndSaysWhatIsSuppressed() {
    ServiceHealth health = of("{'type':'tcp','failures_before_critical':3}");
    health = after(health, 0, WELL, ILL, ILL);

    assertThat(health.status()).isEqualTo(PASSING);
    CheckReport report = health.report().checks().getFirst();
    assertThat(report.suppressedStatus()).isEqualTo("critical");
    assertThat(report.transientFailure()).isTrue();
    assertThat(report.consecutiveFailures()).isEqualTo(2);
    assertThat(report.message()).isEqualTo("status 500");
    assertThat(report.lastCheckAt()).isEqualTo("1970-01-01T00:00:03.000Z");

    health = after(health, 0, ILL);
    assertThat(health.status()).isEqualTo(CRITICAL);
    assertThat(health.report().checks().getFirst().transientFailure()).isFalse();
  }

  @Test
  void aSuccessBetweenFailuresBeginsTheCountAnew() {
    ServiceHealth health = of("{'type':'tcp','failures_before_critical':2}");
    assertThat(after(health, 0, WELL, ILL, WELL, ILL, WELL, ILL).status()).isEqualTo(PASSING);
    assertThat(after(health, 0, WELL, ILL, WELL, ILL, ILL).status()).isEqualTo(CRITICAL);
  }

  @Test
  void whatWasNeverWellIsWarnedOfUntilItsThreshold() {
    ServiceHealth health = of("{'type':'tcp','failures_before_critical':2}");
    assertThat(after(health, 0, ILL).status()).isEqualTo(WARNING);
    assertThat(after(health, 0, ILL, ILL).status()).isEqualTo(CRITICAL);
  }

  @Test
  void whatIsNotRequiredOnlyWarns() {
    ServiceHealth health = of("{'type':'tcp'}", "{'type':'http','required':false}");
    health = after(after(health, 0, WELL), 1, ILL);
    assertThat(health.status()).isEqualTo(WARNING);
    assertThat(after(health, 1, ILL, ILL).status()).isEqualTo(WARNING);
    assertThat(after(health, 0, ILL).status()).isEqualTo(CRITICAL);
    assertThat(after(health, 1, WELL).status()).isEqualTo(PASSING);
  }
}
