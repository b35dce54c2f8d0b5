package io.mirrorneuron.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one Redis: one does what is due. */
@Whole
class TwoScheduleServersIT {
  private static final int SCHEDULES = 20;

  @TempDir Path folder;
  private RuntimeFixture one;
  private RuntimeFixture other;

  @BeforeEach
  void start() throws Exception {
    one = new RuntimeFixture(Files.createDirectory(folder.resolve("one")));
    other = RuntimeFixture.beside(one, Files.createDirectory(folder.resolve("other")));
  }

  @AfterEach
  void stop() {
    other.close();
    one.close();
  }

  private static String create(SchedulesPort schedules, long delayMs) {
    Submission quick = Submission.of(SampleManifests.program("quick", "true"));
    return schedules
        .create(new NewSchedule(quick, Map.of("delay_ms", delayMs), Map.of()))
        .scheduleId();
  }

  /** Each that was asked makes its own, whichever leads makes the rest; none is made twice. */
  @Test
  void eachIsMadeOnceWhoeverWasAskedAndWhoeverLeaves() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < SCHEDULES; i++) {
      ids.add(create((i % 2 == 0 ? one : other).runtime().schedules(), 200 + 150L * i));
    }
    one.leave(); // it led, as it was first
    SchedulesPort left = other.runtime().schedules();
    Eventually.eventually(
        "all are made",
        () -> ids.stream().allMatch(id -> left.get(id).status().equals("completed")));
    one.startAgain();

    for (String id : ids) {
      assertThat(left.get(id).counters().dispatched()).as(id).isEqualTo(1);
      assertThat(left.get(id).dispatches()).as(id).hasSize(1);
    }
    assertThat(other.jobs().list(100, true).data()).hasSize(SCHEDULES);
  }

  /** The leader of this test never looks, so only who was asked can have made it. */
  @Test
  void whoWasAskedDoesNotWaitForTheLeader() {
    letAnotherLead(); // the first leads until then
    one.leave();
    SchedulesPort asked = other.runtime().schedules();
    String soon = create(asked, 700);
    Eventually.eventually("it is made", () -> asked.get(soon).status().equals("completed"));
    assertThat(asked.get(soon).dispatches()).hasSize(1);
    one.startAgain();
  }

  private void letAnotherLead() {
    String leader = new Keys(RuntimeFixture.config(folder).redis().namespace()).leader("schedules");
    Request lead = Request.cmd(Command.HSET).arg(leader).arg("owner").arg("elsewhere");
    Vertx vertx = Vertx.vertx();
    try {
      Redis.createClient(vertx, one.redisUri())
          .send(lead.arg("until").arg(Long.MAX_VALUE / 2_000).arg("term").arg(1_000_000))
          .await();
    } finally {
      vertx.close().await();
    }
  }
}
