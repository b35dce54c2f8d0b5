package io.mirrorneuron.runtime.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.NodeMembers.Greeting;
import io.mirrorneuron.port.node.NodeMembers.NewNode;
import io.mirrorneuron.port.node.NodeMembers.Offer;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.PeerMembers;
import io.mirrorneuron.runtime.drain.LocalMaintenance;
import io.mirrorneuron.runtime.join.ClusterJoin.ThisNode;
import io.mirrorneuron.server.JoinedCluster;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.InMemoryNodeRegistry;
import io.mirrorneuron.testing.JoinFixture;
import io.mirrorneuron.testing.UpkeepFixture;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ClusterJoinTest {
  private static final String ADDRESS = "127.0.0.1:1";
  private final Server first = new Server("mn@a");
  private final Server second = new Server("mn@b");

  /** A server that others can join, with its own store. */
  private static final class Server {
    final String name;
    final JoinFixture home;
    final ClusterJoin service;
    final InMemoryNodeRegistry store = new InMemoryNodeRegistry();
    Predicate<String> reported = name -> true;

    /** Who comes once it has agreed. */
    String comes;

    final LocalMaintenance upkeep;

    Server(String name) {
      this.name = name;
      this.comes = name + "#1";
      this.home = new JoinFixture(new Secret("redis://:p@127.0.0.1:1/" + name.charAt(3)));
      this.service =
          new ClusterJoin(
              new ThisNode(name + "#1", JoinFixture.VERSION),
              home,
              home,
              offer -> {},
              undo -> home.restarts++,
              Clock.fixed(GatewayFixture.NOW, ZoneOffset.UTC));
      this.upkeep = UpkeepFixture.of(name, GatewayFixture.NOW, store);
      store.beat(name + "#1");
    }

    Offer offer() {
      return service.offer().orElseThrow();
    }

    /** Has the other join this one; that lives on the store of this one as soon as it agrees. */
    void add(Server other) {
      PeerMembers peers =
          new PeerMembers() {
            @Override
            public Greeting greet(String caller, String address, String token) {
              throw new AssertionError("nobody asks");
            }

            @Override
            public String join(Asked node, Offer offer) {
              other.service.join(node.name(), offer);
              store.beat(other.comes);
              return other.service.owner();
            }

            @Override
            public String identify(Asked node) {
              return other.service.owner();
            }

            @Override
            public void leave(Asked node) {
              other.service.leave(node.name());
            }
          };
      new LocalMembers(service, store, reported, upkeep, peers)
          .add(new NewNode(other.name, "token", ADDRESS));
    }
  }

  private static MnException refused(Runnable call) {
    return assertThatExceptionOfType(MnException.class).isThrownBy(call::run).actual();
  }

  @RepeatedTest(50)
  void ofTwoThatAddEachOtherOneJoinsTheOther() {
    CompletableFuture<Object> there = CompletableFuture.supplyAsync(() -> added(first, second));
    Object here = added(second, first);

    assertThat(List.of(here, there.join())).containsOnlyOnce("added");
    assertThat(first.home.restarts + second.home.restarts).isEqualTo(1);
  }

  private static Object added(Server main, Server worker) {
    try {
      main.add(worker);
      return "added";
    } catch (MnException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
      return refused.getMessage();
    }
  }

  @Test
  void whoIsAddingAnotherJoinsNobody() {
    first.service.begin("mn@c");
    first.service.begin("mn@c"); // somebody else adds it, too

    assertThat(refused(() -> first.service.join("mn@a", second.offer())))
        .hasMessage("node mn@a is adding mn@c to its own cluster at this moment");
    assertThat(first.home.refusals).isEmpty();
    first.service.end("mn@c", false);
    assertThat(refused(() -> first.service.join("mn@a", second.offer()))).isNotNull();
    first.service.end("mn@c", false);
    first.service.join("mn@a", second.offer());
    assertThat(first.home.restarts).isEqualTo(1);
  }

  @Test
  void whoHasJustAddedAnotherJoinsNobody() {
    first.service.begin("mn@c");
    first.service.end("mn@c", true);

    MnException refusal = refused(() -> first.service.join("mn@a", second.offer()));
    assertThat(refusal).hasMessage("node mn@a has just added mn@c to its own cluster");
    assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(first.home.restarts).isZero();
  }

  @Test
  void whereBothBeginTheNameThatComesFirstAdds() {
    first.service.begin("mn@b");
    second.service.begin("mn@a");

    assertThat(refused(() -> first.service.join("mn@a", second.offer())).code())
        .isEqualTo(ErrorCode.CONFLICT);
    second.service.join("mn@b", first.offer());
    assertThat(second.home.restarts).isEqualTo(1);
  }

  @Test
  void whoHasAgreedToJoinAddsNobodyAndTakesNoNewJobs() {
    first.service.join("mn@a", second.offer());
    first.service.join("mn@a", second.offer());

    assertThat(first.home.restarts).as("once").isEqualTo(1);
    assertThat(refused(() -> first.add(second)))
        .hasMessage("node mn@a is about to join the cluster of mn@b; add mn@b there");
    assertThat(first.home.refusals).singleElement().asString().contains("ask it again");
  }

  @Test
  void whoHasOthersOnItsRedisJoinsNobody() {
    first.home.hasOthers = true;

    assertThat(refused(() -> first.service.join("mn@a", second.offer())))
        .hasMessage(
            "other nodes are on the Redis of node mn@a; take them out first (mn node leave), or"
                + " add mn@b to its cluster");
    assertThat(first.home.restarts).isZero();
    assertThat(first.home.joined()).isEmpty();
  }

  @Test
  void whoIsRefusedTakesJobsAsBefore() {
    first.home.openJobs.set(1);

    assertThat(refused(() -> first.service.join("mn@a", second.offer())))
        .hasMessageContaining("1 open job of its own");
    assertThat(first.home.refusals).isEmpty();
  }

  @Test
  void itIsConnectedOnceListsTellOfItAndJoiningUntilThen() {
    AtomicInteger asked = new AtomicInteger();
    first.reported =
        name -> {
          assertThat(first.upkeep.status("mn@b").status()).isEqualTo(NodeCondition.JOINING);
          return asked.incrementAndGet() == 3;
        };
    first.add(second);

    assertThat(asked).hasValue(3);
    assertThat(first.upkeep.status("mn@b").status()).isEqualTo(NodeCondition.HEALTHY);
  }

  @Test
  void whoseNameAnotherOneTakesMeanwhileHasNotJoined() {
    second.comes = "mn@b#2";

    MnException refusal = refused(() -> first.add(second));
    assertThat(refusal.code()).isEqualTo(ErrorCode.CONFLICT);
    assertThat(refusal).hasMessageStartingWith("another server of this cluster is called mn@b;");
  }

  @Test
  void whoLeavesTakesNoNewJobs() {
    first.home.keep(second.service.offer().map(ClusterJoinTest::cluster).orElseThrow());
    first.service.leave("mn@a");

    assertThat(first.home.refusals).hasSize(1);
    assertThat(first.home.joined()).isEmpty();
  }

  private static JoinedCluster cluster(Offer offer) {
    return new JoinedCluster(
        offer.redisUrl(), offer.namespace(), offer.joinToken(), offer.main(), "then");
  }
}
