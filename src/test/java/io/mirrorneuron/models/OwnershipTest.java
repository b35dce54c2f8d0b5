package io.mirrorneuron.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.ModelsPort.ModelOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger of models loses nothing, whoever writes at the same time. */
class OwnershipTest {
  @TempDir Path folder;

  @Test
  void concurrentOwnersAreAllKept() throws Exception {
    Path file = folder.resolve("deep/ownership.json");
    Ownership one = new Ownership(file);
    Ownership reader = new Ownership(file);
    List<Callable<Void>> writes = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (int i = 10; i < 60; i++) {
      String blueprint = "b" + i;
      all.add(blueprint);
      writes.add(
          () -> {
            one.add("ai/Gemma4:E2B", new ModelOwner(blueprint));
            reader.all(); // never half a file
            return null;
          });
    }
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : writers.invokeAll(writes)) {
        done.get();
      }
    }
    assertThat(reader.of("gemma4:e2b").blueprints()).isEqualTo(all);
  }

  @Test
  void ownersGoOneByOneAndWithTheModel() {
    Ownership ledger = new Ownership(folder.resolve("o.json"));
    ledger.add("m", new ModelOwner("a"));
    ledger.add("m", new ModelOwner("a"));
    ledger.add("m", ModelOwner.MANUAL);
    ledger.add("n", new ModelOwner("a"));
    assertThat(ledger.of("m").count()).isEqualTo(2);
    ledger.release(new ModelOwner("a"));
    assertThat(ledger.of("m").blueprints()).isEmpty();
    assertThat(ledger.of("m").manual()).isTrue();
    assertThat(ledger.all()).containsOnlyKeys("m");
    ledger.drop("m");
    assertThat(ledger.all()).isEmpty();
  }

  @Test
  void aFileThatIsNoneIsPutAsideAtTheNextWrite() throws Exception {
    Path file = folder.resolve("o.json");
    Files.writeString(file, "{\"models\":");
    Ownership ledger = new Ownership(file);
    assertThat(ledger.all()).isEmpty();
    ledger.add("m", ModelOwner.MANUAL);
    assertThat(ledger.of("M:latest").manual()).isTrue();
    assertThat(folder.resolve("o.json.damaged")).hasContent("{\"models\":");
  }
}
