package io.mirrorneuron.area.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.area.jobs.JobViewCaches.RowCache;
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

class RowCacheTest {
  private final Map<String, Buffer> rows = new HashMap<>();
  private final List<Promise<Buffer>> compositions = new ArrayList<>();
  private final RowCache<Buffer> views =
      new RowCache<>(
          id -> Future.succeededFuture(rows.get(id)),
          (id, row) -> {
            Promise<Buffer> composition = Promise.promise();
            compositions.add(composition);
            return composition.future();
          },
          Buffer::length,
          100);

  @Test
  void readersOfAnUnchangedRowShareOneComposition() {
    rows.put("a", Buffer.buffer("1"));
    Future<Buffer> first = views.get("a");
    Future<Buffer> second = views.get("a");
    compositions.getFirst().complete(Buffer.buffer("detail"));
    rows.put("a", Buffer.buffer("1"));

    assertThat(first.result()).isEqualTo(Buffer.buffer("detail"));
    assertThat(second.result()).isSameAs(first.result());
    assertThat(views.get("a").result()).isSameAs(first.result());
    assertThat(compositions).hasSize(1);
  }

  @Test
  void aChangedRowIsComposedAnew() {
    rows.put("a", Buffer.buffer("1"));
    views.get("a");
    compositions.getFirst().complete(Buffer.buffer("old"));
    rows.put("a", Buffer.buffer("2"));
    Future<Buffer> changed = views.get("a");
    compositions.get(1).complete(Buffer.buffer("new"));

    assertThat(changed.result()).isEqualTo(Buffer.buffer("new"));
  }

  @Test
  void aFailureIsNotKept() {
    rows.put("a", Buffer.buffer("1"));
    Future<Buffer> failed = views.get("a");
    compositions.getFirst().fail(new IllegalStateException("away"));
    views.get("a");

    assertThat(failed.failed()).isTrue();
    assertThat(compositions).hasSize(2);
  }

  private void read(String id) {
    rows.put(id, Buffer.buffer("1"));
    views.get(id);
    compositions.getLast().tryComplete(Buffer.buffer("x".repeat(40)));
  }

  @Test
  void asManyAreKeptAsTheBytesAllow() {
    List.of("a", "b", "a", "b").forEach(this::read);
    assertThat(compositions).hasSize(2);

    List.of("c", "a", "b", "c").forEach(this::read);
    assertThat(compositions).hasSizeGreaterThan(3);
  }

  @Test
  void aJobWithoutARowIsNotFound() {
    Throwable failure = views.get("nope").cause();
    assertThat(((MnException) failure).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }
}
