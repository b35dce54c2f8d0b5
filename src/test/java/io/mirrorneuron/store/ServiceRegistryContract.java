package io.mirrorneuron.store;

import static io.mirrorneuron.store.JobStoreContract.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.store.ServiceRegistry.RegisteredDocument;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What every registry of services promises, also when nodes die and jobs are taken over. */
public interface ServiceRegistryContract {
  Claim FIRST = new Claim("mn@a#1", "j1", 1);
  Claim SECOND = new Claim("mn@a#1", "j2", 1);
  Claim HEIR = new Claim("mn@b#2", "j1", 2);

  /** An empty one in which job {@code j1} is open in epoch 1, and both owners live. */
  ServiceRegistry registry();

  /** The roles of the same registry. */
  DeploymentRoles roles();

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

    assertThat(documents(registry.named("web"))).containsExactlyInAnyOrder("one", "two");
    assertThat(documents(registry.all())).containsExactlyInAnyOrder("one", "two", "three\nlines");
    assertThat(documents(registry.named("unknown"))).isEmpty();
  }

  @Test
  default void whatIsPutAgainReplacesWhatWasTold() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "warning"));
    await(registry.put(FIRST, "web", "j1:a:web", "passing"));

    assertThat(documents(registry.named("web"))).containsExactly("passing");
  }

  @Test
  default void whatIsRemovedIsGoneAndMayBeRemovedAgain() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));

    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isTrue();
    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isTrue();
    assertThat(documents(registry.all())).isEmpty();
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void whatIsLeftIsToldUntilTheHeirIsReady() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "old"));
    assertThat(await(registry.leave(FIRST, "web", "j1:a:web", 60_000))).isTrue();
    await(registry.remove(FIRST, "web", "j1:a:web"));
    assertThat(documents(registry.named("web"))).containsExactly("old");

    takeOver("j1", 2);
    await(registry.put(HEIR, "web", "j1:a:web", "new"));
    assertThat(documents(registry.named("web"))).containsExactly("old");
    assertThat(documents(registry.all())).containsExactly("old");
    assertThat(await(registry.sweep())).isZero();
    assertThat(await(registry.leftUnder("j1", "web", "j1:a:web"))).isEqualTo(1);

    await(registry.supersede(HEIR, "web", "j1:a:web"));
    assertThat(documents(registry.named("web"))).containsExactly("new");
    assertThat(await(registry.leftUnder("j1", "web", "j1:a:web"))).isZero();
  }

  @Test
  default void whatIsLeftIsToldNoMoreWhenItsTimeIsOverItsJobHasEndedOrItsOwnerIsDead() {
    ServiceRegistry registry = registry();
    for (String id : List.of("time", "taken back", "end")) {
      await(registry.put(FIRST, "web", id, id));
      await(registry.leave(FIRST, "web", id, id.equals("time") ? 0 : 60_000));
      await(registry.remove(FIRST, "web", id));
    }
    assertThat(documents(registry.all())).containsExactlyInAnyOrder("taken back", "end");
    await(registry.supersede(FIRST, "web", "taken back"));
    assertThat(documents(registry.all())).containsExactly("end");
    die(FIRST.owner());
    assertThat(documents(registry.all())).isEmpty();
    end("j1");
    assertThat(await(registry.leftUnder("j1", "web", "end"))).isZero();
    assertThat(await(registry.sweep())).isEqualTo(2);
  }

  @Test
  default void onlyWhoIsToldLeavesAndAFormerOwnerTakesNothingBackOfAnHeir() {
    ServiceRegistry registry = registry();
    assertThat(await(registry.leave(FIRST, "web", "j1:a:web", 60_000))).isFalse();
    await(registry.put(FIRST, "web", "j1:a:web", "old"));
    takeOver("j1", 2);
    assertThat(await(registry.leave(FIRST, "web", "j1:a:web", 60_000))).isFalse();
    await(registry.put(HEIR, "web", "j1:a:web", "new"));
    assertThat(await(registry.leave(HEIR, "web", "j1:a:web", 60_000))).isTrue();
    takeOver("j1", 3);

    await(registry.supersede(FIRST, "web", "j1:a:web"));
    await(registry.forget(FIRST.owner()));

    assertThat(documents(registry.all())).containsExactly("new");
    assertThat(await(registry.leftUnder("j1", "web", "j1:a:web"))).isEqualTo(2);
    await(registry.forget(HEIR.owner()));
    assertThat(documents(registry.all())).isEmpty();
  }

  @Test
  default void anEndedJobHasNoServicesAndGetsNone() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    end("j1");

    assertThat(documents(registry.all())).isEmpty();
    assertThat(documents(registry.named("web"))).isEmpty();
    assertThat(await(registry.put(FIRST, "web", "j1:a:web", "again"))).isFalse();
    assertThat(await(registry.sweep())).isEqualTo(1);
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void whoLostTheJobWritesAndRemovesNothing() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "first"));
    takeOver("j1", 2);
    assertThat(documents(registry.named("web"))).as("until the heir has registered it").isEmpty();

    assertThat(await(registry.put(FIRST, "web", "j1:a:web", "late"))).isFalse();
    assertThat(await(registry.put(HEIR, "web", "j1:a:web", "heir"))).isTrue();
    assertThat(await(registry.remove(FIRST, "web", "j1:a:web"))).isFalse();

    assertThat(documents(registry.named("web"))).containsExactly("heir");
    assertThat(await(registry.sweep())).isZero();
  }

  @Test
  default void whatTheHeirDoesNotRegisterIsSwept() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "first"));
    takeOver("j1", 2);

    assertThat(await(registry.sweep())).isEqualTo(1);
    takeOver("j1", 1); // as it never happens: what was swept is not told any more
    assertThat(documents(registry.all())).isEmpty();
  }

  @Test
  default void servicesOfADeadOwnerAreNotToldAndNotSwept() {
    ServiceRegistry registry = registry();
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    die(FIRST.owner());

    assertThat(documents(registry.named("web"))).isEmpty();
    assertThat(documents(registry.all())).isEmpty();
    assertThat(await(registry.sweep())).as("it may come back").isZero();
  }

  private static List<String> documents(CompletionStage<List<RegisteredDocument>> reported) {
    return await(reported).stream().map(RegisteredDocument::document).toList();
  }

  /** What is told of the two jobs, which offer the same. */
  private Map<String, String> found(ServiceRegistry registry) {
    Map<String, String> found = new TreeMap<>();
    await(registry.named("web"))
        .forEach(reported -> found.put(reported.document(), String.valueOf(reported.role())));
    return found;
  }

  @Test
  default void aCandidateTakesThePlaceOfAnotherJobInOneMoment() {
    ServiceRegistry registry = registry();
    takeOver("j2", 1);
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    await(roles().candidate("j2"));
    await(registry.put(SECOND, "web", "j2:a:web", "two"));
    assertThat(found(registry)).isEqualTo(Map.of("one", "null", "two", "candidate"));

    assertThat(await(roles().replace("j1", "j2"))).isTrue();
    assertThat(found(registry)).isEqualTo(Map.of("one", "retired", "two", "primary"));
    await(registry.put(SECOND, "web", "j2:a:web", "two, passing"));
    assertThat(found(registry)).containsEntry("two, passing", "primary");
  }

  @Test
  default void whatIsAskedForLateGivesNoRoleBack() {
    ServiceRegistry registry = registry();
    takeOver("j2", 1);
    await(registry.put(FIRST, "web", "j1:a:web", "one"));
    await(registry.put(SECOND, "web", "j2:a:web", "two"));
    await(roles().candidate("j2"));
    await(roles().replace("j1", "j2"));
    await(roles().candidate("j3"));
    await(roles().replace("j2", "j3"));

    await(roles().candidate("j2"));
    assertThat(await(roles().replace("j1", "j2"))).isFalse();
    assertThat(await(registry.sweep())).isZero();
    assertThat(found(registry)).isEqualTo(Map.of("one", "retired", "two", "retired"));
  }
}
