package io.mirrorneuron.area.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.area.runs.RunRecords.Page;
import io.mirrorneuron.bus.ApiCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All on one event loop, as in a server. */
class RunFollowersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Vertx vertx = Vertx.vertx();
  private final List<Runnable> watchers = new ArrayList<>();
  private RunFollowers followers;
  private long last;
  private int looks;
  private int limit = Integer.MAX_VALUE;

  @BeforeEach
  void open() throws Exception {
    RunChanges changes =
        new RunChanges(
            vertx,
            (runId, onChange) -> {
              watchers.add(onChange);
              return () -> watchers.remove(onChange);
            },
            1);
    on(
        () -> {
          followers = new RunFollowers(vertx, changes, this::look);
          return Future.succeededFuture();
        });
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  private <T> T on(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(now -> work.get().onComplete(done));
    return done.future().await(30, TimeUnit.SECONDS);
  }

  private Future<Page> look(ApiCall call) {
    looks++;
    long after = Long.parseLong(call.text("after"));
    long next = Math.min(last, after + limit);
    List<byte[]> records = next > after ? List.of(new byte[] {'{', '}'}) : List.of();
    return Future.succeededFuture(new Page(records, next, next < last, false));
  }

  private Future<Page> ask(long after, Duration patience) {
    return followers.page(
        new ApiCall().with("run_id", "r").with("after", after).withWait(patience));
  }

  private void change() {
    last++;
    List.copyOf(watchers).forEach(Runnable::run);
  }

  @Test
  void filesAreLookedAtOnceForEachChange() throws Exception {
    change();
    assertThat(on(() -> ask(0, PATIENCE)).next()).isEqualTo(1);
    assertThat(looks).isEqualTo(1);
    for (int i = 1; i <= 5; i++) {
      long after = i;
      Page page =
          on(
              () -> {
                Future<Page> next = ask(after, PATIENCE);
                vertx.setTimer(1, later -> change());
                return next;
              });
      assertThat(page.next()).isEqualTo(after + 1);
    }
    assertThat(looks).isEqualTo(6);
    assertThat(watchers).hasSize(1);
  }

  @Test
  void whatChangedBetweenTwoCallsIsFound() throws Exception {
    change();
    on(() -> ask(0, PATIENCE));
    on(
        () -> {
          change();
          return Future.succeededFuture();
        });

    assertThat(on(() -> ask(1, PATIENCE)).next()).isEqualTo(2);
  }

  @Test
  void whoAsksBehindAnotherRecordIsAnsweredAtOnce() throws Exception {
    change();
    change();
    on(() -> ask(0, PATIENCE));

    assertThat(on(() -> ask(1, PATIENCE)).next()).isEqualTo(2);
  }

  @Test
  void whatDoesNotFitOnAPageFollowsAtOnce() throws Exception {
    change();
    change();
    limit = 1;

    assertThat(on(() -> ask(0, PATIENCE)).next()).isEqualTo(1);
    assertThat(on(() -> ask(1, PATIENCE)).next()).isEqualTo(2);
  }

  @Test
  void aPatienceThatIsOverIsAnEmptyPage() throws Exception {
    change();
    on(() -> ask(0, PATIENCE));

    assertThat(on(() -> ask(1, Duration.ofMillis(20))).records()).isEmpty();
  }

  @Test
  void closingEndsTheWatches() throws Exception {
    change();
    on(() -> ask(0, PATIENCE));
    on(
        () -> {
          followers.close();
          return Future.succeededFuture();
        });

    assertThat(watchers).isEmpty();
  }
}
