package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.area.jobs.JobViewCaches.RunRows;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunRowsTest {
  private final Map<String, Buffer> stored = new HashMap<>();
  private final List<String> looks = new ArrayList<>();
  private int version;
  private long stamp;
  private long now;
  private boolean isBusy;
  private final RunRows rows =
      new RunRows(
          job -> Future.succeededFuture(stored.get(job)),
          run -> version,
          run -> {
            looks.add(run);
            return isBusy
                ? Future.failedFuture(new IllegalStateException("busy"))
                : Future.succeededFuture(stamp);
          },
          () -> now);

  private Buffer row() {
    return rows.row("j").result();
  }

  private void pass(long millis) {
    now += Duration.ofMillis(millis).toNanos();
  }

  @Test
  void aRowIsAnotherWhenFilesOfItsRunHaveChanged() {
    stored.put("j", Buffer.buffer("{\"job_id\":\"j\",\"run_id\":\"r\"}"));
    Buffer before = row();
    stamp++;
    pass(249);
    assertThat(row()).isEqualTo(before);
    pass(1);

    assertThat(row()).isNotEqualTo(before);
    assertThat(looks).containsExactly("r", "r");
  }

  @Test
  void whatThisProcessWritesCountsAtOnceAndOneWhoWasToldMayLookAtOnce() {
    stored.put("j", Buffer.buffer("{\"run_id\":\"r\"}"));
    Buffer before = row();
    version++;
    Buffer written = row();
    assertThat(written).isNotEqualTo(before);
    stamp++;
    rows.lookAgain("j");

    assertThat(row()).isNotEqualTo(written);
  }

  @Test
  void whenThereIsTooMuchToDoForALookTheLastOneStands() {
    stored.put("j", Buffer.buffer("{\"run_id\":\"r\"}"));
    isBusy = true;
    assertThat(rows.row("j").failed()).isTrue();
    isBusy = false;
    Buffer before = row();
    stamp++;
    isBusy = true;
    pass(250);
    assertThat(row()).isEqualTo(before);
    isBusy = false;
    pass(250);

    assertThat(row()).isNotEqualTo(before);
  }

  @Test
  void aJobWithoutRunOrRowNeedsNoLook() {
    stored.put("j", Buffer.buffer("{\"job_id\":\"j\"}"));

    assertThat(row()).isEqualTo(stored.get("j"));
    assertThat(rows.row("unknown").result()).isNull();
    assertThat(looks).isEmpty();
  }
}
