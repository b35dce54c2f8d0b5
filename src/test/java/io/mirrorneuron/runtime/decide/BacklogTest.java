package io.mirrorneuron.runtime.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mailboxes that are full: senders wait, nothing is lost, nobody waits for ever; 2.5. */
class BacklogTest {

  /** Marks of a mailbox that is full with {@code most} messages. */
  private static String limits(int most, int high, int low) {
    return "'backpressure':{'max_queue_depth':%d,'high_watermark':%d,'low_watermark':%d}"
        .formatted(most, high, low);
  }

  private static String bodies(int count) {
    return IntStream.range(0, count)
        .mapToObj("{'n':%d}"::formatted)
        .collect(Collectors.joining(",", "[", "]"));
  }

  /** A router before a program, with so many messages at the router. */
  private static Graph line(int messages, String limits) {
    return new Graph()
        .router("in")
        .inputs("in", bodies(messages))
        .program("slow", "{%s}".formatted(limits))
        .edge("in", "slow", "*");
  }

  /** Messages that wait, or are worked on, as a server that starts now would find them. */
  private static long waiting(Stage stage) {
    return stage.stored().fields().keySet().stream().filter(key -> key.startsWith("m:")).count();
  }

  private static long depth(Stage stage, String agent) {
    return stage.stored().fields().entrySet().stream()
        .filter(field -> field.getKey().startsWith("m:"))
        .filter(field -> Stage.json(field.getValue()).at("/envelope/to").asText().equals(agent))
        .count();
  }

  private static List<Integer> handled(Stage stage, String agent) {
    return stage.events("agent_message_received").stream()
        .filter(event -> event.path("agent_id").asText().equals(agent))
        .map(event -> event.at("/payload/message_id").asText().hashCode())
        .toList();
  }

  @Test
  void aSenderWaitsWhileItsReceiverIsFullAndNothingIsLost() {
    Stage stage = line(50, limits(5, 4, 2)).start();
    for (int n = 0; n < 50; n++) {
      assertThat(depth(stage, "slow")).as("after %d", n).isBetween(1L, 5L);
      assertThat(waiting(stage)).isEqualTo(50 - n);
      assertThat(stage.execution("slow").message().at("/body/n").asInt()).isEqualTo(n);
      stage.succeed("slow");
    }

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(handled(stage, "slow")).hasSize(50).doesNotHaveDuplicates();
    assertThat(stage.events("dead_letter")).isEmpty();
  }

  @Test
  void whatWaitsForRoomStillWaitsForItAfterACrash() {
    Stage stage = line(30, limits(4, 3, 1)).start();
    for (int n = 0; n < 30; n++) {
      stage.crash();
      assertThat(depth(stage, "slow")).isBetween(1L, 4L);
      stage.succeed("slow");
    }

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(handled(stage, "slow")).hasSize(30);
  }

  @Test
  void aPauseForgetsNobodyWhoWaitsForRoom() {
    Stage stage = line(20, limits(2, 2, 1)).start();
    for (int n = 0; n < 20; n++) {
      stage.pause().letStop().resume().succeed("slow");
    }

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(handled(stage, "slow")).hasSize(20);
  }

  @Test
  void pressureIsToldWhenItChangesAndNotBefore() {
    Stage stage = line(8, limits(4, 3, 2)).start();
    for (int n = 0; n < 8; n++) {
      stage.succeed("slow");
    }

    assertThat(stage.events("backpressure_state"))
        .filteredOn(event -> event.path("agent_id").asText().equals("slow"))
        .extracting(
            event -> event.at("/payload/status").asText() + event.at("/payload/queue_depth"))
        .containsExactly(
            "pressured3",
            "saturated4", // four wait here, four at the sender
            "pressured2",
            "saturated4",
            "pressured2",
            "saturated4",
            "pressured2",
            "normal1");
  }

  @Test
  void everySenderOfAFullReceiverGetsItsTurn() {
    Graph graph = new Graph().router("in").inputs("in", bodies(10));
    graph.program("slow", "{%s}".formatted(limits(3, 2, 1)));
    for (String side : List.of("one", "two", "three")) {
      graph.router(side).edge("in", side, "*").edge(side, "slow", "*");
    }
    Stage stage = graph.start();
    for (int n = 0; n < 30; n++) {
      // Those that sent before the first saw it full may be one message each above the mark.
      assertThat(depth(stage, "slow")).isBetween(1L, 5L);
      stage.succeed("slow");
    }

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(handled(stage, "slow")).hasSize(30);
  }

  @Test
  void aChainOfFullMailboxesEmptiesFromItsEnd() {
    String small = "{%s}".formatted(limits(2, 2, 1));
    Graph graph = new Graph().router("in").inputs("in", bodies(40));
    graph.agent("a", "router", small).agent("b", "router", small).program("slow", small);
    Stage stage = graph.edge("in", "a", "*").edge("a", "b", "*").edge("b", "slow", "*").start();
    assertThat(depth(stage, "in")).as("the entrypoint keeps what nobody takes").isEqualTo(34);
    for (int n = 0; n < 40; n++) {
      assertThat(depth(stage, "a") + depth(stage, "b")).isLessThanOrEqualTo(4);
      stage.succeed("slow");
    }

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(handled(stage, "slow")).hasSize(40);
  }

  @Test
  void agentsThatWaitForEachOtherInACircleGoOn() {
    String small = "{%s}".formatted(limits(1, 1, 1));
    Graph graph = new Graph().agent("a", "router", small).inputs("a", bodies(6));
    graph.agent("b", "router", small).agent("c", "router", small);
    graph.agent("end", "aggregator", "{'complete_after':6,'complete_run':true}");
    // Around once: a to b to c and, marked by the type that c gives it, back to a and out.
    graph
        .edge("a", "b", "init")
        .edge("b", "c", "init")
        .agent("turn", "router", "{'emit_type':'back'}");
    graph.edge("c", "turn", "init").edge("turn", "a", "back").edge("a", "end", "back");

    Stage stage = graph.start();

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.result().at("/output/count").asInt()).isEqualTo(6);
  }

  @Test
  void aCircleOfProgramsGoesOnEvenWhenAllAreFull() {
    String small = "{'output_message_type':null,%s}".formatted(limits(1, 1, 1));
    Graph graph = new Graph().program("ping", small).inputs("ping", bodies(3));
    Stage stage =
        graph.program("pong", small).edge("ping", "pong", "*").edge("pong", "ping", "*").start();
    String emit = "{'emit_messages':[{'type':'ball','body':{}}]}";
    for (int n = 0; n < 60; n++) {
      assertThat(stage.running()).as("after %d", n).isNotEmpty();
      stage.succeed(stage.running().getFirst(), emit);
    }

    assertThat(waiting(stage)).isEqualTo(3);
    assertThat(stage.status()).isEqualTo("running");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100})
  void aFastProducerCannotOutrunASlowConsumer(int most) {
    // The clock sends a tick to itself and to the consumer for each that it gets: without end.
    String limits = limits(most, most, Math.max(1, most / 2));
    Graph graph = new Graph().router("clock").edge("clock", "clock", "*");
    graph.program("slow", "{%s}".formatted(limits)).edge("clock", "slow", "*");
    Stage stage = graph.with("type", "'service'").start();
    for (int n = 0; n < 300; n++) {
      assertThat(waiting(stage)).as("after %d", n).isBetween(2L, most + 1L);
      stage.succeed("slow");
    }

    assertThat(handled(stage, "slow")).hasSizeGreaterThanOrEqualTo(300).doesNotHaveDuplicates();
    assertThat(stage.cancel().letStop().status()).isEqualTo("cancelled");
  }

  /** A producer without end before a meter that reports every hundredth message to a program. */
  @Test
  void twoHundredThousandMessagesNeedRoomForAHundredAndFifty() {
    int most = 50;
    String limits = limits(most, most, most / 2);
    Graph graph = new Graph().with("type", "'service'").router("clock").edge("clock", "clock", "*");
    graph.agent("relay", "router", "{%s}".formatted(limits)).edge("clock", "relay", "*");
    graph.agent("meter", "sensor", "{'complete_after':100,%s}".formatted(limits));
    graph.edge("relay", "meter", "*").program("slow", "{%s}".formatted(limits));
    Stage stage = new Stage(1000).submitText(graph.edge("meter", "slow", "*").toString());
    long held = 0;
    int reports = 0;
    long observed;
    do {
      held = Math.max(held, waiting(stage));
      JsonNode body = stage.execution("slow").message().path("body");
      observed = body.path("count").asLong();
      assertThat(observed).as("none is lost, none comes twice").isEqualTo(++reports * 100L);
      stage.succeed("slow");
    } while (observed < 200_000);

    assertThat(held).as("messages held at once").isBetween(100L, 3L * most + 1);
    assertThat(stage.cancel().letStop().status()).isEqualTo("cancelled");
  }
}
