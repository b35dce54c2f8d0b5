package io.mirrorneuron.models;

import static io.mirrorneuron.models.ModelsFixture.ID;
import static io.mirrorneuron.models.ModelsFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.port.ModelsPort.BenchmarkOrder;
import io.mirrorneuron.port.ModelsPort.ModelBenchmark;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.testing.Whole;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A benchmark measures, or says why not; its numbers are always numbers. */
@Timeout(60)
@Whole
class ModelBenchmarkIT {
  private static final BenchmarkOrder ORDER = new BenchmarkOrder("Wie geht’s?", 96);

  @TempDir Path folder;
  private FakeRunner runner;
  private ModelsFixture fixture;

  @BeforeEach
  void start() {
    runner = FakeRunner.having(MODEL, "ai/other");
    fixture = ModelsFixture.before(folder, runner);
  }

  @AfterEach
  void stop() {
    fixture.close();
    runner.close();
  }

  private MnException failure(String id) {
    return catchThrowableOfType(
        MnException.class, () -> fixture.models.benchmark(id, ORDER, () -> false));
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "SPLIT", "SLOW"})
  void anAnswerIsMeasured(FakeFault fault) {
    runner.behave(Door.CHAT, fault);

    long begun = System.nanoTime();
    ModelBenchmark done = fixture.models.benchmark("ai/SmolLM2:360M-Q4_K_M", ORDER, () -> false);
    double atMost = (System.nanoTime() - begun) / 1e6 + 1; // what is told is rounded

    assertThat(done.model()).isEqualTo(ID);
    assertThat(done.apiModel()).isEqualTo(MODEL);
    assertThat(done.sample()).contains("– no model", "“Wie geht’s?”");
    assertThat(done.estimated()).isFalse();
    assertThat(done.generatedTokens()).isBetween(10L, 40L);
    assertThat(done.firstTokenMs()).isGreaterThanOrEqualTo(fault == FakeFault.SLOW ? 3000.0 : 1.0);
    assertThat(done.elapsedMs()).isBetween(done.firstTokenMs(), atMost);
    assertThat(done.tokensPerSecond()).isBetween(1.0, 1e6);
  }

  @ParameterizedTest
  @EnumSource(names = {"STALL", "CUT", "HTML", "ERROR", "HUGE", "REDIRECT", "UNAUTHORIZED"})
  void aRunnerThatFailsIsABadGateway(FakeFault fault) {
    runner.behave(Door.CHAT, fault);
    MnException failure = failure(ID);
    assertThat(failure.code()).isEqualTo(ErrorCode.BAD_GATEWAY);
    assertThat(failure.getMessage())
        .startsWith("Docker Model Runner benchmark failed: ")
        .hasSizeLessThan(300);
  }

  @Test
  void whatIsNotThereIsSaidInTheWordsOfTheContract() {
    assertThat(failure(" ")).hasMessage("model id is required");
    assertThat(failure(" ").code()).isEqualTo(ErrorCode.MALFORMED);
    assertThat(failure("gemma4:e2b")).hasMessage("gemma4:e2b is not installed");
    assertThat(failure("nobody/knows")).hasMessage("nobody/knows is not installed");
    assertThat(failure("nobody/knows").code()).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(runner.asked(Door.CHAT)).isZero();
    runner.close();
    assertThat(failure(ID)).hasMessageStartingWith("Docker Model Runner benchmark failed: ");
  }

  @Test
  void aModelOfAnotherProviderIsNotMeasured() {
    try (FakeRunner endpoint = FakeRunner.having("gpt-small");
        ModelsFixture both = ModelsFixture.withEndpoint(folder, runner, endpoint)) {
      MnException failure =
          catchThrowableOfType(
              MnException.class, () -> both.models.benchmark("gpt-small", ORDER, () -> false));
      assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED);
      assertThat(failure).hasMessageContaining("does not expose a Docker Model Runner chat");
    }
  }

  @Test
  void itEndsWhenNobodyWaits() {
    runner.behave(Door.CHAT, FakeFault.STALL);
    AtomicInteger asked = new AtomicInteger();
    MnException failure =
        catchThrowableOfType(
            MnException.class,
            () -> fixture.models.benchmark(ID, ORDER, () -> asked.incrementAndGet() > 3));
    assertThat(failure).hasMessageContaining("nobody waits");
    assertThat(asked).as("ended as soon as nobody waited").hasValue(4);
  }

  @Test
  void strangersAreMeasuredToo() {
    assertThat(fixture.models.benchmark("other", ORDER, () -> false).sample()).isNotEmpty();
  }
}
