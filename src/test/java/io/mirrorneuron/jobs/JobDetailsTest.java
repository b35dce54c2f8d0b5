package io.mirrorneuron.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobDetailsTest {
  private final Map<String, Buffer> rows = new HashMap<>();
  private final List<Promise<Buffer>> compositions = new ArrayList<>();
  private final JobDetails details =
      new JobDetails(
          id -> Future.succeededFuture(rows.get(id)),
          id -> {
            Promise<Buffer> composition = Promise.promise();
            compositions.add(composition);
            return composition.future();
          },
          100);

  @Test
  void readersOfAnUnchangedRowShareOneComposition() {
    rows.put("a", Buffer.buffer("1"));
    Future<Buffer> first = details.get("a");
    Future<Buffer> second = details.get("a");
    compositions.getFirst().complete(Buffer.buffer("detail"));
    rows.put("a", Buffer.buffer("1"));

    assertThat(first.result()).isEqualTo(Buffer.buffer("detail"));
    assertThat(second.result()).isSameAs(first.result());
    assertThat(details.get("a").result()).isSameAs(first.result());
    assertThat(compositions).hasSize(1);
  }

  @Test
  void aChangedRowIsComposedAnew() {
    rows.put("a", Buffer.buffer("1"));
    details.get("a");
    compositions.getFirst().complete(Buffer.buffer("old"));
    rows.put("a", Buffer.buffer("2"));
    Future<Buffer> changed = details.get("a");
    compositions.get(1).complete(Buffer.buffer("new"));

    assertThat(changed.result()).isEqualTo(Buffer.buffer("new"));
  }

  @Test
  void aFailureIsNotKept() {
    rows.put("a", Buffer.buffer("1"));
    Future<Buffer> failed = details.get("a");
    compositions.getFirst().fail(new IllegalStateException("away"));
    details.get("a");

    assertThat(failed.failed()).isTrue();
    assertThat(compositions).hasSize(2);
  }

  @Test
  void theLeastRecentlyUsedGoWhenTheBytesAreSpent() {
    for (String id : List.of("a", "b", "c")) {
      rows.put(id, Buffer.buffer("1"));
      details.get(id);
      compositions.getLast().complete(Buffer.buffer("x".repeat(40)));
    }
    details.get("c");
    assertThat(compositions).hasSize(3);
    details.get("a");
    assertThat(compositions).hasSize(4);
  }

  @Test
  void aJobWithoutARowIsNotFound() {
    Throwable failure = details.get("nope").cause();
    assertThat(((MnException) failure).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }
}
