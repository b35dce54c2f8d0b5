package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.bus.Addresses;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.LocalAreas;
import io.mirrorneuron.gateway.contract.ApiOperation;
import io.mirrorneuron.gateway.contract.Contract;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedCallsTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<Message<JsonObject>> asked = new ArrayList<>();
  private SharedCalls calls;

  @BeforeEach
  void open() throws Exception {
    ApiOperation operation =
        Contract.load(vertx).await(30, TimeUnit.SECONDS).operations().stream()
            .filter(one -> one.id().equals("getJob"))
            .findFirst()
            .orElseThrow();
    calls =
        new SharedCalls(
            new AreaCall(
                new LocalAreas(vertx.eventBus()),
                operation,
                Duration.ofSeconds(10),
                new OpenCalls()));
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private static ApiCall call(String jobId) {
    return new ApiCall().with("job_id", jobId);
  }

  /** On the one event loop of gateway and area. */
  private <T> T onLoop(Callable<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(
        now -> {
          try {
            work.call().onComplete(done);
          } catch (Exception e) {
            done.fail(e);
          }
        });
    return done.future().await(10, TimeUnit.SECONDS);
  }

  private static Future<List<String>> texts(
      Future<AreaCall.Answer> one, Future<AreaCall.Answer> two) {
    return Future.all(one, two)
        .map(both -> List.of(one.result().body().toString(), two.result().body().toString()));
  }

  @Test
  void whoAsksTheSameInOneTurnSharesTheCall() throws Exception {
    vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.area("jobs"),
            message -> {
              asked.add(message);
              message.reply(Buffer.buffer(message.body().getString("job_id")));
            });

    List<String> answers = onLoop(() -> texts(calls.ask(call("a")), calls.ask(call("a"))));

    assertThat(answers).containsExactly("a", "a");
    assertThat(asked).hasSize(1);
    assertThat(onLoop(() -> texts(calls.ask(call("a")), calls.ask(call("b")))))
        .containsExactly("a", "b");
    assertThat(asked).hasSize(3);
  }

  @Test
  void whoComesWhenTheCallIsUnderWayIsAnsweredByTheNext() throws Exception {
    Promise<AreaCall.Answer> second = Promise.promise();
    vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.area("jobs"),
            message -> {
              asked.add(message);
              if (asked.size() == 1) { // somebody asks before the first is answered
                calls.ask(call("a")).onComplete(second);
              } else {
                asked.getFirst().reply(Buffer.buffer("old"));
                message.reply(Buffer.buffer("new"));
              }
            });

    List<String> answers = onLoop(() -> texts(calls.ask(call("a")), second.future()));

    assertThat(answers).containsExactly("old", "new");
  }
}
