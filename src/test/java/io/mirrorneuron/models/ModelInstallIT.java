package io.mirrorneuron.models;

import static io.mirrorneuron.models.ModelsFixture.ID;
import static io.mirrorneuron.models.ModelsFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.port.ModelsPort.ModelInstall;
import io.mirrorneuron.port.ModelsPort.ModelInstalls;
import io.mirrorneuron.port.ModelsPort.ModelNeed;
import io.mirrorneuron.port.ModelsPort.ModelOrder;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.ModelView;
import io.mirrorneuron.port.ModelsPort.PullProgress;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models come to the runner once, whoever wants them and whatever happens on the way. */
@Timeout(60)
class ModelInstallIT {
  private static final ModelOrder ORDER = new ModelOrder("SmolLM2", false);

  @TempDir Path folder;

  private static MnException failure(ModelsFixture fixture, ModelOrder order) {
    return catchThrowableOfType(
        MnException.class, () -> fixture.models.install(order, ModelOwner.MANUAL, _ -> {}));
  }

  @Test
  void bytesAreToldAndTheOwnerIsRecorded() {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, 10_000, 20_000);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      List<PullProgress> reported = new ArrayList<>();

      ModelInstall done = fixture.models.install(ORDER, new ModelOwner("demo"), reported::add);

      assertThat(done)
          .isEqualTo(
              new ModelInstall(
                  ID, MODEL, "docker_model_runner", "llama.cpp", null, "installed", null));
      assertThat(reported).hasSizeGreaterThan(1);
      assertThat(reported).extracting(PullProgress::pulledBytes).isSorted();
      assertThat(reported.getLast().status()).isEqualTo("installed");
      assertThat(reported.getLast().pulledBytes()).isEqualTo(10_000);
      assertThat(reported.getLast().totalBytes()).isEqualTo(10_000);
      assertThat(fixture.models.get(ID).model().usedBy()).containsExactly("demo");
      assertThat(fixture.models.install(ORDER, ModelOwner.MANUAL, reported::add).status())
          .isEqualTo("already_installed");
      assertThat(fixture.models.get(ID).model().ownerCount()).isEqualTo(2);
      assertThat(runner.asked(Door.PULL)).isEqualTo(1);
    }
  }

  /** The runner has it before the installation is over. */
  @Test
  void whoInstallsAModelOwnsItFromTheFirstMomentOn() {
    try (FakeRunner runner = FakeRunner.with(MODEL, 10_000);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      runner.behave(Door.PULL, FakeFault.STALL);
      fixture.models.begin(ORDER, ModelOwner.MANUAL);
      fixture.models.begin(ORDER, new ModelOwner("demo"));

      ModelView installing = fixture.models.get(ID).model();

      assertThat(installing.status()).isEqualTo("installing");
      assertThat(installing.manual()).isTrue();
      assertThat(installing.usedBy()).containsExactly("demo");
      Eventually.eventually(
          "nobody owns what could not be installed",
          () -> fixture.models.get(ID).model().ownerCount() == 0);
    }
  }

  @Test
  void twoWhoWantTheSameModelPullItOnce() throws Exception {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, 10_000, 20_000);
        ModelsFixture fixture = ModelsFixture.before(folder, runner);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> calls = new ArrayList<>();
      for (String blueprint : List.of("a", "b", "c")) {
        calls.add(() -> fixture.models.install(ORDER, new ModelOwner(blueprint), _ -> {}).status());
      }
      for (Future<String> status : callers.invokeAll(calls)) {
        assertThat(status.get()).isEqualTo("installed");
      }
      assertThat(runner.asked(Door.PULL)).isEqualTo(1);
      assertThat(fixture.models.get(ID).model().usedBy()).containsExactly("a", "b", "c");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"STALL", "CUT", "HTML", "ERROR", "HUGE", "REDIRECT"})
  void aPullThatFailsSaysWhyAndGoesOnNextTime(FakeFault fault) {
    try (FakeRunner runner = FakeRunner.with(MODEL, 10_000);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      runner.behave(Door.PULL, fault);

      MnException failure = failure(fixture, ORDER);

      assertThat(failure.error()).isEqualTo("model_install_failed");
      assertThat(failure.code())
          .isEqualTo(fault == FakeFault.STALL ? ErrorCode.TIMEOUT : ErrorCode.BAD_GATEWAY);
      assertThat(failure).hasMessageContaining("Install it again to go on");
      assertThat(fixture.models.get(ID).install().status()).isEqualTo("failed");
      assertThat(fixture.models.get(ID).install().error()).isEqualTo(failure.getMessage());
      assertThat(fixture.models.get(ID).model().ownerCount()).isZero();
      long before = runner.pulled(MODEL);
      runner.behave(Door.PULL, FakeFault.SPLIT);
      List<PullProgress> reported = new ArrayList<>();
      fixture.models.install(ORDER, ModelOwner.MANUAL, reported::add);
      assertThat(reported.getLast().pulledBytes()).isGreaterThanOrEqualTo(before);
      assertThat(fixture.models.get(ID).model().manual()).isTrue();
    }
  }

  @Test
  void whoeverStartsAgainAfterAKillGoesOnWhereThePullWas() {
    try (FakeRunner runner = FakeRunner.pulling(MODEL, 10_000, 10_000)) {
      ModelsFixture killed = ModelsFixture.before(folder, runner);
      assertThat(killed.models.begin(ORDER, new ModelOwner("demo")).status())
          .isEqualTo("installing");
      Eventually.eventually("half of it is there", () -> runner.pulled(MODEL) > 3_000);
      killed.close(); // all its connections are gone at once
      long there = runner.pulled(MODEL);
      try (ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
        assertThat(fixture.models.get(ID).model().usedBy()).isEmpty();
        List<PullProgress> reported = new ArrayList<>();
        fixture.models.install(ORDER, new ModelOwner("demo"), reported::add);
        assertThat(reported.stream().filter(one -> one.pulledBytes() > 0).findFirst().orElseThrow())
            .extracting(PullProgress::pulledBytes)
            .matches(first -> first >= there);
        assertThat(fixture.models.get(ID).model().usedBy()).containsExactly("demo");
      }
    }
  }

  @Test
  void eachStatusOfALaunchIsReached() throws Exception {
    Files.writeString(
        folder.resolve("catalog.json"),
        "[{\"id\":\"huge\",\"requirements\":{\"min_cpu_memory_mb\":1000000000}}]");
    try (FakeRunner runner = FakeRunner.with(MODEL, 10_000);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      ModelInstalls done =
          fixture.models.installAll(
              List.of(
                  new ModelNeed("smollm2", null, "llm.configs.primary", false, false),
                  new ModelNeed("smollm2", "docker_model_runner", "llm", false, false),
                  new ModelNeed("llama", "ollama", "llm.configs.other", false, false),
                  new ModelNeed("gemma4", null, "llm.configs.far", true, false),
                  new ModelNeed("huge", null, "llm.configs.huge", false, false),
                  new ModelNeed("nobody/knows", null, "llm.configs.lost", false, false)),
              new ModelOwner("demo"),
              _ -> {});

      assertThat(done.ok()).isFalse();
      assertThat(done.models())
          .extracting(ModelInstall::status)
          .containsExactly(
              "installed",
              "already_installed",
              "service_required",
              "cluster_provided",
              "failed",
              "failed");
      assertThat(done.errors()).hasSize(2).element(1).asString().contains("nobody/knows");
      assertThat(done.models().getLast())
          .isEqualTo(
              new ModelInstall(
                  null, "nobody/knows", null, null, null, "failed", done.errors().getLast()));
      assertThat(done.models().getFirst().path()).isEqualTo("llm.configs.primary");
      MnException unfit = failure(fixture, new ModelOrder("huge", false));
      assertThat(unfit.error()).isEqualTo("model_not_compatible");
      assertThat(failure(fixture, new ModelOrder("huge", true)).error())
          .isEqualTo("model_install_failed"); // the runner does not know it
    }
  }

  @Test
  void aModelIsRemovedUnlessBlueprintsNeedIt() {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      fixture.models.begin(ORDER, new ModelOwner("demo"));
      MnException used =
          catchThrowableOfType(MnException.class, () -> fixture.models.remove(ID, false));
      assertThat(used.error()).isEqualTo("model_in_use");
      assertThat(fixture.models.remove(ID, true).status()).isEqualTo("removed");
      assertThat(fixture.models.list(true).models()).isEmpty();
      assertThat(fixture.models.get(ID).model().usedBy()).isEmpty();
      MnException gone =
          catchThrowableOfType(MnException.class, () -> fixture.models.remove(ID, false));
      assertThat(gone).hasMessage(ID + " is not installed");
    }
  }

  @Test
  void theDoctorSaysWhatIsMissing() {
    FakeRunner runner = FakeRunner.with(MODEL, 10);
    try (ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      assertThat(fixture.models.doctor(ID).checks())
          .extracting(check -> check.name() + " " + check.status())
          .containsExactly("runner passing", "hardware passing", "installed critical");
      fixture.models.install(ORDER, ModelOwner.MANUAL, _ -> {});
      assertThat(fixture.models.doctor(ID).ok()).isTrue();
      runner.close();
      assertThat(fixture.models.doctor(ID).checks().getFirst().help()).contains("mn fake-models");
      assertThat(fixture.models.doctor(ID).status()).isEqualTo("critical");
    }
  }
}
