package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.bundle.RequiredServices;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceFilter;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.GrpcRuntime;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services of a real node, asked over gRPC. */
class GrpcServicesIT {
  private static final ServiceFilter ANY = ServiceFilter.tagged(List.of(), false);

  @TempDir static Path home;
  private static RuntimeFixture runtime;
  private static GrpcRuntime server;
  private static Clients clients;
  private static ServicesPort services;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
    server = GrpcRuntime.before(runtime);
    clients = server.connect();
    services = clients.services();
    String manifest =
        SampleManifests.program("offers", "sleep", "600")
            .replaceFirst(
                "\\{",
                "{\"services\":[{\"name\":\"web\",\"port\":8080,\"tags\":[\"x\"],"
                    + "\"meta\":{\"k\":{\"deep\":[1,\"2\"]}}},"
                    + "{\"name\":\"ill\",\"port\":1,\"checks\":[{\"type\":\"tcp\","
                    + "\"interval_ms\":100}]}],");
    clients.jobs().submit(Submission.of(manifest));
    Eventually.eventually(
        "both are there and judged",
        () ->
            services.list(ANY).services().stream()
                .map(RegisteredService::status)
                .toList()
                .equals(List.of("critical", "passing")));
  }

  @AfterAll
  static void stop() {
    clients.close();
    server.close();
    runtime.close();
  }

  @Test
  void whatIsToldIsWhatTheNodeTells() {
    RegisteredService remote = services.resolve("web", ANY).service();
    assertThat(remote).isEqualTo(runtime.runtime().services().resolve("web", ANY).service());
    assertThat(remote.meta().toString()).isEqualTo("{k={deep=[1, 2]}}");
    assertThat(services.resolve("ill", ANY).service().health().checks().getFirst().message())
        .startsWith("no connection");
  }

  @Test
  void whatDoesNotPassIsNotResolvedUnlessAsked() {
    ServiceFilter unsaid = ServiceFilter.tagged(List.of(), true);
    assertThat(services.resolve("ill", unsaid).services()).isEmpty();
    assertThat(services.resolve("nobody", ANY).service()).isNull();
    assertThat(services.resolve("web", ServiceFilter.tagged(List.of("x"), true)).services())
        .hasSize(1);
    assertThat(services.resolve("web", ServiceFilter.tagged(List.of("x", "y"), true)).services())
        .isEmpty();
  }

  @Test
  void requirementsAreChecked() {
    ServiceReport report =
        services.check(
            "[\"web\",{\"name\":\"ill\"},{\"name\":\"gone\",\"required\":false},{},"
                + "{\"name\":\"far\",\"address\":\"169.254.169.254\",\"port\":80}]");
    assertThat(report.ok()).isFalse();
    assertThat(report.results())
        .extracting(ServiceReport.Result::status)
        .containsExactly("passing", "warning", "optional_missing", "invalid", "failed");
    assertThat(report.issues())
        .extracting(ServiceReport.Issue::code)
        .containsExactly(
            "service.health_failed", "service.requirement_type", "service.health_failed");
    assertThat(report.errors().getLast()).contains("not asked: 169.254.169.254");
    assertThat(services.check("").ok()).isTrue();
  }

  @Test
  void aRequirementHasTheFormThatItHasInAManifest() {
    ServiceReport report =
        services.check("[5,{\"name\":\"web\",\"required\":\"no\"},{\"name\":\"web\",\"min\":2}]");
    assertThat(report.ok()).isFalse();
    assertThat(report.errors())
        .containsExactly(
            "0: requirement must be a name or an object, not 5",
            "1: web.required must be true or false, not \"no\"");
    assertThat(report.results())
        .extracting(ServiceReport.Result::status)
        .containsExactly("invalid", "invalid", "passing");
    assertThat(report.warnings()).singleElement().asString().contains("unknown member web.min");
    assertThat(services.check("{}").ok()).isFalse();
    assertThat(services.check(RequiredServices.of("{\"required_services\":[5]}")).ok()).isFalse();
    assertThat(services.check(RequiredServices.of("{\"required_services\":5}")).ok()).isFalse();
    assertThat(services.check(RequiredServices.of("{\"required_services\":{}}")).ok()).isFalse();
    assertThat(services.check(RequiredServices.of("{\"required_services\":null}")).ok()).isTrue();
  }

  @Test
  void aStatusThatNoServiceHasAndANamelessServiceAreRefused() {
    ServiceFilter odd = new ServiceFilter(null, null, null, null, "wat", null, false, null);
    String words = "status must be one of passing, warning, critical, not \"wat\"";
    assertThatThrownBy(() -> services.list(odd)).hasMessageContaining(words);
    assertThatThrownBy(() -> services.resolve("web", odd)).hasMessageContaining(words);
    assertThatThrownBy(() -> services.resolve("", ANY))
        .isInstanceOfSatisfying(
            MnException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.INVALID);
              assertThat(refused).hasMessageContaining("name is required");
            });
  }

  @Test
  void whatIsNoJsonIsRefused() {
    assertThatThrownBy(() -> services.check("{"))
        .isInstanceOfSatisfying(
            MnException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.MALFORMED);
              assertThat(refused).hasMessageStartingWith("body must be valid JSON: ");
            });
    assertThatThrownBy(() -> services.check("7")).hasMessageContaining("must be a list");
  }
}
