package io.mirrorneuron.models;

import static io.mirrorneuron.models.ModelsFixture.ID;
import static io.mirrorneuron.models.ModelsFixture.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.port.ModelsPort.ModelList;
import io.mirrorneuron.port.ModelsPort.ModelOrder;
import io.mirrorneuron.port.ModelsPort.ModelOwner;
import io.mirrorneuron.port.ModelsPort.ModelView;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeCluster;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is listed, whatever the runner does. */
@Timeout(60)
class ModelListIT {
  @TempDir Path folder;

  private static List<String> ids(ModelList list) {
    return list.models().stream().map(ModelView::id).toList();
  }

  @Test
  void onlyWhatIsInstalledIsListedSortedById() {
    try (FakeRunner runner = FakeRunner.having("ai/zeta", MODEL, "hf.co/Someone/Alpha:q4");
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      ModelList list = fixture.models.list(true);

      assertThat(ids(list)).containsExactly("ai/zeta:latest", "hf.co/Someone/Alpha:q4", ID);
      assertThat(list.node()).isEqualTo(FakeCluster.NODE);
      assertThat(list.runnerAvailable()).isTrue();
      assertThat(list.stale()).isFalse();
      assertThat(list.warnings()).isEmpty();
      assertThat(list.models().getFirst().backend()).isEqualTo("unknown");
      assertThat(ids(fixture.models.list(false))).contains("gemma4:e2b", ID, "ai/zeta:latest");
      JsonNode model = Json.MAPPER.valueToTree(list).get("models").get(2);
      assertThat(model.fieldNames())
          .toIterable()
          .containsExactly(
              "id",
              "name",
              "provider",
              "model",
              "docker_model",
              "api_model",
              "backend",
              "aliases",
              "context_size",
              "default",
              "installed",
              "status",
              "node",
              "nodes",
              "compatibility",
              "used_by",
              "owner_count",
              "orphaned",
              "manual");
      assertThat(model.get("orphaned").asBoolean()).isTrue();
      assertThat(model.get("default").asBoolean()).isTrue();
      assertThat(model.get("compatibility").get("status").asText()).isEqualTo("pass");
    }
  }

  @Test
  void namesMatchWithAnotherRegistryNamespaceAndCase() {
    try (FakeRunner runner = FakeRunner.having("docker.io/AI/SmolLM2:360m-q4_k_m");
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      assertThat(ids(fixture.models.list(true))).containsExactly(ID);
      for (String name : List.of("smollm2", "ai/smollm2:360M-Q4_K_M", "SMOLLM2:360M")) {
        assertThat(fixture.models.get(name).model().installed()).as(name).isTrue();
      }
    }
  }

  @Test
  void aRunnerThatIsAwayIsSaid() {
    FakeRunner runner = FakeRunner.having(MODEL);
    try (ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      assertThat(ids(fixture.models.list(true))).containsExactly(ID);
      runner.close();

      ModelList list = fixture.models.list(true);

      assertThat(list.models()).isEmpty();
      assertThat(list.runnerAvailable()).isFalse();
      assertThat(list.warnings()).singleElement().asString().contains("nobody listens there");
      assertThat(fixture.models.list(false).models())
          .extracting(ModelView::installed)
          .containsOnly(false);
    }
  }

  @Test
  void theRunnerThatAnswersIsRemembered() {
    FakeRunner away = FakeRunner.having(MODEL);
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.before(folder, away, runner)) {
      away.close();
      fixture.models.list(true);
      assertThat(fixture.models.list(true).warnings()).isEmpty();
      assertThat(runner.asked(Door.LIST)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT", "HTML", "ERROR", "HUGE", "REDIRECT", "UNAUTHORIZED"})
  void aRunnerThatAnswersBadlyIsNotAvailable(FakeFault fault) {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      runner.behave(Door.LIST, fault);
      ModelList list = fixture.models.list(true);
      assertThat(list.models()).isEmpty();
      assertThat(list.runnerAvailable()).isFalse();
      assertThat(list.warnings()).singleElement().asString().hasSizeBetween(40, 300);
      runner.behave(Door.LIST, FakeFault.SPLIT);
      assertThat(ids(fixture.models.list(true))).containsExactly(ID);
    }
  }

  @Test
  void aRunnerThatHangsCostsTwoSecondsAndOneRequest() throws Exception {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.impatient(folder, runner);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      fixture.models.list(true);
      runner.behave(Door.LIST, FakeFault.STALL);
      int before = runner.asked(Door.LIST);
      List<Callable<Void>> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(
            () -> {
              ModelList list = fixture.models.list(true);
              assertThat(list.stale()).isTrue();
              assertThat(list.runnerAvailable()).isFalse();
              assertThat(ids(list)).containsExactly(ID);
              // The request itself goes on for four seconds.
              assertThat(list.warnings()).singleElement().asString().contains("2000 ms");
              return null;
            });
      }
      for (Future<Void> call : callers.invokeAll(calls)) {
        call.get();
      }
      assertThat(runner.asked(Door.LIST) - before).isEqualTo(1);
    }
  }

  /** Whoever comes shortly before that is told the same as those who came before. */
  @Test
  void aRunnerThatIsGivenUpIsLateNotAway() {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.impatient(folder, runner)) {
      fixture.models.list(true);
      runner.behave(Door.LIST, FakeFault.STALL);
      long later = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2700);
      fixture.models.list(true);
      Eventually.eventually("time passes", () -> System.nanoTime() > later);

      ModelList list = fixture.models.list(true); // the request is given up after four seconds

      assertThat(list.stale()).isTrue();
      assertThat(ids(list)).containsExactly(ID);
      assertThat(list.warnings()).singleElement().asString().contains("its last answer");
    }
  }

  @Test
  void anotherEndpointIsASecondProviderAndItsKeyIsNeverTold() {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        FakeRunner endpoint = FakeRunner.having("gpt-small");
        ModelsFixture fixture = ModelsFixture.withEndpoint(folder, runner, endpoint)) {
      ModelView remote = fixture.models.list(true).models().getFirst();
      assertThat(remote.id()).isEqualTo("gpt-small:latest");
      assertThat(remote.provider()).isEqualTo("openai_compatible");
      assertThat(remote.compatibility()).isNull();
      assertThat(remote.orphaned()).isFalse();
      endpoint.behave(Door.LIST, FakeFault.UNAUTHORIZED);

      ModelList list = fixture.models.list(true);

      assertThat(list.warnings())
          .singleElement()
          .asString()
          .contains("status 401", "[REDACTED]")
          .doesNotContain(ModelsFixture.KEY);
      assertThat(Json.write(fixture.models.doctor("gpt-small"))).doesNotContain(ModelsFixture.KEY);
    }
  }

  @Test
  void theFileOfTheCatalogAddsAndReplaces() throws Exception {
    try (FakeRunner runner = FakeRunner.having("acme/own:1");
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      Path file = folder.resolve("catalog.json");
      Files.writeString(
          file,
          "[{\"id\":\"own\",\"model\":\"acme/own:1\"},{\"id\":\"gemma4:e2b\",\"name\":\"Mine\"}]");
      assertThat(ids(fixture.models.list(true))).containsExactly("own");
      assertThat(fixture.models.get("gemma4:e2b").model().name()).isEqualTo("Mine");
      Files.writeString(file, "{\"own2\":{\"model\":\"acme/own:1\",\"context_size\":17}}");
      assertThat(fixture.models.list(true).models().getFirst().contextSize()).isEqualTo(17);
      Files.writeString(file, "{\"models\":[");
      assertThat(fixture.models.list(true).warnings())
          .singleElement()
          .asString()
          .contains("not JSON");
    }
  }

  @Test
  void aRuntimeThatIsAwayLeavesTheNodeUnnamed() {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      fixture.cluster.failWith(MnException.unavailable("away", null));
      ModelList list = fixture.models.list(true);
      assertThat(list.node()).isEqualTo("local");
      ModelView model = list.models().getFirst();
      assertThat(model.compatibility().status()).isEqualTo("unknown");
      assertThat(model.compatibility().ok()).isFalse();
    }
  }

  @Test
  void ownersAreShownUntilTheyGo() {
    try (FakeRunner runner = FakeRunner.having(MODEL);
        ModelsFixture fixture = ModelsFixture.before(folder, runner)) {
      ModelOwner demo = new ModelOwner("demo");
      fixture.models.begin(new ModelOrder(ID, false), demo);
      ModelView owned = fixture.models.list(true).models().getFirst();
      assertThat(owned.usedBy()).containsExactly("demo");
      assertThat(owned.ownerCount()).isEqualTo(1);
      assertThat(owned.orphaned()).isFalse();
      fixture.models.release(demo);
      assertThat(fixture.models.list(true).models().getFirst().orphaned()).isTrue();
    }
  }
}
