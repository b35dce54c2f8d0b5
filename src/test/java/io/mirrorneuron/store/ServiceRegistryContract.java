package io.mirrorneuron.store;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.service.ServiceRegistry;
import io.mirrorneuron.store.service.ServiceRegistry.Claim;
import org.junit.jupiter.api.Test;

/** What every registry of services promises, also when nodes die and jobs are taken over. */
interface ServiceRegistryContract {
  Claim FIRST = new Claim("mn@a#1", "j1", 1);
  Claim HEIR = new Claim("mn@b#2", "j1", 2);

  /** An empty one in which job {@code j1} is open in epoch 1, and both owners live. */
  ServiceRegistry registry();

  /** The job is open in this epoch from now on. */
  void takeOver(String jobId, long epoch);

  void end(String jobId);

  void die(String owner);

  @Test
  default void whatIsPutIsToldByNameAndAmongAll() {
    ServiceRegistry registry = registry();
    assertThat(await(registry.put(FIRST, "web", "j1:a:web", "one"))).isTrue();
    assertThat(await(registry.put(FIRST, "web", "j1:b:web", "two"))).isTrue();
    assertThat(await(registry.put(FIRST, "db", "j1:job:db", "three\nlines"))).isTrue();

    assertThat(await(registry.named("web"))).containsExactlyInAnyOrder("one", "two");
    assertThat(await(registry.all())).containsExactlyInAnyOrder("one", "two", "three\nlines");
    assertThat(await(registry.named("unknown"))).isEmpty();
  }

  @Test
  default void whatIsPutAgainReplacesWhatWasTold() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "warning"));
    await(registry.put(FIRST, "web", "j1:a:web", "passing"));

    assertThat(await(registry.named("web"))).containsExactly("passing");
  }

  @Test
  default void whatIsRemovedIsGoneAndMayBeRemovedAgain() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));

    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isTrue();
    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isTrue();
    assertThat(await(registry.all())).isEmpty();
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void anEndedJobHasNoServicesAndGetsNone() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    end("j1");

    assertThat(await(registry.all())).isEmpty();
    assertThat(await(registry.named("web"))).isEmpty();
    assertThat(await(registry.put(FIRST, "web", "j1:a:web", "again"))).isFalse();
    assertThat(await(registry.sweep())).isEqualTo(1);
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void whoLostTheJobWritesAndRemovesNothing() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "first"));
    takeOver("j1", 2);
    assertThat(await(registry.named("web"))).as("until the heir has registered it").isEmpty();

    assertThat(await(registry.put(FIRST, "web", "j1:a:web", "late"))).isFalse();
    assertThat(await(registry.put(HEIR, "web", "j1:a:web", "heir"))).isTrue();
    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isFalse();

    assertThat(await(registry.named("web"))).containsExactly("heir");
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void whatTheHeirDoesNotRegisterIsSwept() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "first"));
    takeOver("j1", 2);

    assertThat(await(registry.sweep())).isEqualTo(1);
    takeOver("j1", 1); // as it never happens: what was swept is not told any more
    assertThat(await(registry.all())).isEmpty();
  }

  @Test
  default void servicesOfADeadOwnerAreNotToldAndNotSwept() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    die(FIRST.owner());

    assertThat(await(registry.named("web"))).isEmpty();
    assertThat(await(registry.all())).isEmpty();
    assertThat(await(registry.sweep())).as("it may come back").isZero();
  }
}
