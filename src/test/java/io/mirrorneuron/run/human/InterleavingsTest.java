package io.mirrorneuron.run.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two servers, two people who answer, one claim, one time limit: one answer, in any order. */
class InterleavingsTest {
  @TempDir Path root;
  private final TurnedClock clock = new TurnedClock(Scene.START);
  private List<Scene> servers;

  @BeforeEach
  void start() {
    servers = List.of(new Scene(root, clock), new Scene(root, clock));
  }

  @AfterEach
  void stop() {
    servers.forEach(Scene::close);
  }

  private interface Act {
    void on(Scene server);
  }

  private static final List<Act> ACTS =
      List.of(
          server -> server.answer("r", "q", "{'decision': 'approve', 'by': 'ada'}"),
          server -> server.answer("r", "q", "{'decision': 'reject', 'by': 'bob'}"),
          server -> server.claim("r", "q", "{'by': 'bob'}", null, null),
          Scene::tick);

  /** What is refused is refused; what is recorded is what the test looks at. */
  private static void attempt(Act act, Scene server) {
    try {
      act.on(server);
    } catch (MnException e) {
      assertThat(e.error())
          .isIn("already_answered", "request_closed", "request_claimed", "invalid_request");
    }
  }

  static Stream<List<Integer>> orders() {
    return IntStream.range(0, 256)
        .mapToObj(code -> List.of(code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3))
        .filter(order -> order.stream().distinct().count() == 4);
  }

  @ParameterizedTest
  @MethodSource("orders")
  void oneAfterTheOther(List<Integer> order) {
    ask(servers.getFirst());

    for (int i = 0; i < order.size(); i++) {
      if (order.get(i) == 3) {
        clock.turn(Duration.ofSeconds(10));
      }
      attempt(ACTS.get(order.get(i)), servers.get(i % 2));
    }

    assertOneAnswer();
  }

  @RepeatedTest(40)
  void allAtOnce(RepetitionInfo repetition) throws InterruptedException {
    ask(servers.getFirst());
    clock.turn(Duration.ofSeconds(10));
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < ACTS.size() * 2; i++) {
      Act act = ACTS.get(i % ACTS.size());
      Scene server = servers.get((i / ACTS.size() + repetition.getCurrentRepetition()) % 2);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                attempt(act, server);
              }));
    }

    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    servers.getLast().tick();

    assertOneAnswer();
  }

  private static void ask(Scene server) {
    server.run("r");
    server.ask("r", "{'request_id': 'q', 'timeout_seconds': 10, 'default': 'reject'}");
  }

  private void assertOneAnswer() {
    List<String> types = servers.getFirst().types("r", "human.jsonl");
    assertThat(types.stream().filter("human_input_received"::equals)).hasSize(1);
    assertThat(types.stream().filter("human_input_timeout"::equals)).hasSizeLessThan(2);
    for (Scene server : servers) {
      assertThat(server.request("r", "q").isOpen()).isFalse();
    }
    assertThat(servers.getFirst().types("r", "events.jsonl"))
        .isEqualTo(types.subList(1, types.size()));
  }
}
