package io.mirrorneuron.store;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every registry promises about owners that beat and leave. */
interface NodeRegistryContract {
  /** One that nobody has beaten in. */
  NodeRegistry registry();

  @Test
  default void nobodyLivesAtFirst() {
    assertThat(await(registry().living())).isEmpty();
  }

  @Test
  default void whoBeatsLives() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    await(registry.beat("b"));
    await(registry.beat("a"));

    assertThat(await(registry.living())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  default void whoLeavesLivesNoMoreUntilItBeatsAgain() {
    NodeRegistry registry = registry();
    await(registry.beat("a"));
    await(registry.beat("b"));
    await(registry.leave("a"));
    assertThat(await(registry.living())).containsExactly("b");

    await(registry.beat("a"));
    assertThat(await(registry.living())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  default void whoWasNeverThereMayLeave() {
    NodeRegistry registry = registry();
    await(registry.leave("nobody"));

    assertThat(await(registry.living())).isEmpty();
  }
}
