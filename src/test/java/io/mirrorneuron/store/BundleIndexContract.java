package io.mirrorneuron.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.store.bundle.BundleIndex;
import io.mirrorneuron.store.bundle.BundleIndex.Entry;
import io.mirrorneuron.store.bundle.BundleIndex.Place;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds for each {@link BundleIndex}. */
public interface BundleIndexContract {
  long BUDGET = 1L << 40;

  BundleIndex index();

  /** Lets time pass for the index, at least one millisecond. */
  void later();

  private static String fresh() {
    return UUID.randomUUID().toString();
  }

  private Entry stored(String fingerprint, String text) {
    String name = fresh();
    assertThat(index().reserve(name, text.length(), BUDGET)).isEmpty();
    assertThat(index().write(name, 0, text.getBytes())).isTrue();
    Entry entry = new Entry(text.length(), Place.REDIS, name);
    assertThat(index().publish(fingerprint, entry)).isPresent();
    return entry;
  }

  @Test
  default void partsComeBackAsTheyWere() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    String name = fresh();
    String bundle = fresh();
    assertThat(index().reserve(name, 258, BUDGET)).isEmpty();
    assertThat(index().write(name, 0, bytes)).isTrue();
    assertThat(index().write(name, 1, new byte[] {0, -1})).isTrue();
    assertThat(index().find(bundle)).isEmpty();

    Entry entry = new Entry(258, Place.REDIS, name);
    assertThat(index().publish(bundle, entry)).contains(entry);
    assertThat(index().find(bundle)).contains(entry);
    assertThat(index().read(name, 0)).isEqualTo(bytes);
    assertThat(index().read(name, 1)).containsExactly(0, -1);
    assertThat(index().read(name, 2)).isNull();
  }

  @Test
  default void theFirstToPublishStaysAndTheOthersPartsGo() {
    String bundle = fresh();
    Entry first = stored(bundle, "one");
    Entry second = stored(bundle, "one");

    assertThat(index().find(bundle)).contains(first);
    assertThat(index().read(second.name(), 0)).isNull();
    assertThat(index().read(first.name(), 0)).isNotNull();
  }

  @Test
  default void nodesAreAddedUpUntilAPlaceIsKnownThatAllReach() {
    String bundle = fresh();
    index().publish(bundle, new Entry(3, Place.NODE, "a@x"));
    index().publish(bundle, new Entry(3, Place.NODE, "b@x"));
    index().publish(bundle, new Entry(3, Place.NODE, "a@x"));
    assertThat(index().find(bundle)).contains(new Entry(3, Place.NODE, "a@x b@x"));

    Entry folder = new Entry(3, Place.FOLDER, "f-1");
    assertThat(index().publish(bundle, folder)).contains(folder);
    assertThat(index().publish(bundle, new Entry(3, Place.NODE, "c@x"))).contains(folder);
  }

  @Test
  default void roomIsForWhatIsThereAndWhatArrives() {
    String bundle = fresh();
    long before = index().reserve(fresh(), 1, 0).orElseThrow();
    stored(bundle, "12345");
    assertThat(index().reserve(fresh(), 4, before + 10)).isEmpty();

    assertThat(index().reserve(fresh(), 2, before + 10)).hasValue(before + 9);
    later();
    index().remove(bundle, index().unusedFor(0).moment());
    assertThat(index().reserve(fresh(), 2, before + 10)).isEmpty();
  }

  @Test
  default void whatWasUsedSinceTheLookStays() {
    String kept = fresh();
    String left = fresh();
    Entry entry = stored(kept, "kept");
    stored(left, "left");
    later();
    BundleIndex.Unused unused = index().unusedFor(0);
    assertThat(unused.fingerprints()).contains(kept, left);
    later();
    assertThat(index().keep(kept)).contains(entry);

    assertThat(index().remove(kept, unused.moment())).isEmpty();
    assertThat(index().remove(left, unused.moment())).isPresent();
    assertThat(index().remove(left, unused.moment())).isEmpty();
    assertThat(index().find(kept)).contains(entry);
    assertThat(index().find(left)).isEmpty();
    assertThat(index().unusedFor(60_000).fingerprints()).doesNotContain(kept);
  }

  @Test
  default void aSmallBundleIsPutAtOnceIfThereIsRoom() {
    String bundle = fresh();
    String name = fresh();
    assertThat(index().put(bundle, name, new byte[] {1, 0, -1}, BUDGET)).isEmpty();
    assertThat(index().find(bundle)).contains(new Entry(3, Place.REDIS, name));
    assertThat(index().read(name, 0)).containsExactly(1, 0, -1);
    assertThat(index().put(bundle, fresh(), new byte[] {1, 0, -1}, BUDGET)).isEmpty();
    assertThat(index().find(bundle)).contains(new Entry(3, Place.REDIS, name));

    long taken = index().reserve(fresh(), 1, 0).orElseThrow();
    String other = fresh();
    assertThat(index().put(other, fresh(), new byte[] {1}, taken)).hasValue(taken);
    assertThat(index().find(other)).isEmpty();
  }

  @Test
  default void nothingIsWrittenWithoutRoom() {
    String name = fresh();
    assertThat(index().write(name, 0, new byte[] {1})).isFalse();
    assertThat(index().publish(fresh(), new Entry(1, Place.REDIS, name))).isEmpty();
  }
}
