package io.mirrorneuron.store.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.Keys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketsTest {
  /** From the specification of Redis Cluster, and what CLUSTER KEYSLOT answers. */
  @Test
  void slotsAreThoseOfRedis() {
    assertThat(Buckets.slot("123456789")).isEqualTo(0x31C3);
    assertThat(Buckets.slotOfKey("foo")).isEqualTo(12182);
    assertThat(Buckets.slotOfKey("a{foo}{bar}")).isEqualTo(12182);
    assertThat(Buckets.slotOfKey("a{}b")).isEqualTo(Buckets.slot("a{}b"));
  }

  /** They are in the keys of homes: none may ever be another. */
  @Test
  void tagsNeverChange() {
    assertThat(List.of(Buckets.tag(0), Buckets.tag(1), Buckets.tag(63)))
        .isEqualTo(List.of("b0.52", "b1.128", "b63.10"));
    assertThat(Buckets.of("job-1")).isEqualTo(13);
  }

  @Test
  void eachShareOfTheSlotsHasOneBucket() {
    Set<Integer> shares = new HashSet<>();
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      shares.add(Buckets.slot(Buckets.tag(bucket)) * Buckets.COUNT / Buckets.SLOTS);
    }
    assertThat(shares).hasSize(Buckets.COUNT);
  }

  @Test
  void jobsAreSpreadEvenly() {
    int[] jobs = new int[Buckets.COUNT];
    IntStream.range(0, 64_000)
        .forEach(i -> jobs[Buckets.of("mn-job-20260101T000000Z-%06x".formatted(i * 31))]++);
    assertThat(IntStream.of(jobs).boxed()).allMatch(count -> count > 700 && count < 1300);
  }

  @Test
  void allKeysOfABucketLieInItsSlot() {
    Keys keys = new Keys("mn").ofBucket(Buckets.tag(7));
    List<String> all = new ArrayList<>(keys.ofJob("a{b}c"));
    all.addAll(List.of(keys.jobs(), keys.activeJobs(), keys.allocations(), keys.elsewhere()));
    all.addAll(List.of(keys.chosenRuns(), keys.idempotency("{x}"), keys.acknowledged()));
    assertThat(all).allMatch(key -> Buckets.slotOfKey(key) == Buckets.slot(Buckets.tag(7)));
  }

  @Test
  void whatIsNoJobLiesInOneSlot() {
    Keys keys = new Keys("mn").ofNoBucket();
    assertThat(
            List.of(
                keys.livingNodes(),
                keys.records("schedules"),
                keys.recordGroup("schedules", "g"),
                keys.leader("schedules"),
                keys.serviceNames(),
                keys.services("web"),
                keys.triggerEvents(),
                keys.webhookDeliveries("webhooks"),
                keys.bundles(),
                keys.resourceLimits(),
                keys.trial()))
        .allMatch(key -> Buckets.slotOfKey(key) == Buckets.slot("all"));
  }
}
