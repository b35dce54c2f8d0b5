package io.mirrorneuron.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.client.GrpcJobsClient.EventReader;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.wire.GrpcMetadata.LogState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams of the original runtime have no numbers and no word about the end. */
class EventReaderTest {

  @Test
  void eventsWithoutANumberAreNumberedByTheirPosition() {
    EventReader reader = EventReader.first(1, 10);
    feed(reader, "job_pending", "job_running", "job_completed");
    assertThat(reader.page(null))
        .isEqualTo(
            new EventPage(
                List.of(
                    "{\"type\":\"job_running\",\"seq\":2}",
                    "{\"type\":\"job_completed\",\"seq\":3}"),
                3,
                true));
  }

  @Test
  void aHistoryThatWasReadBeforeStillTellsTheEnd() {
    EventReader reader = EventReader.first(2, 10);
    feed(reader, "job_pending", "job_failed");
    assertThat(reader.page(null)).isEqualTo(new EventPage(List.of(), 2, true));
  }

  @Test
  void aFullPageSaysThatThereIsMore() {
    EventReader reader = EventReader.first(0, 1);
    feed(reader, "job_pending", "job_running", "job_completed");
    EventPage page = reader.page(null);
    assertThat(page.events()).hasSize(1);
    assertThat(page.next()).isEqualTo(1);
    assertThat(page.ended()).isFalse();
  }

  @Test
  void theLastEventsAreKeptWithTheirNumbers() {
    EventReader reader = EventReader.last(2);
    feed(reader, "a", "b", "c");
    assertThat(reader.page(LogState.OPEN).events())
        .containsExactly("{\"type\":\"b\",\"seq\":2}", "{\"type\":\"c\",\"seq\":3}");
    assertThat(reader.isDoubtful()).isFalse();
  }

  @Test
  void exactlyAsManyUnnumberedEventsAsAskedForMayHaveBeenCut() {
    EventReader reader = EventReader.last(2);
    feed(reader, "b", "c");
    assertThat(reader.isDoubtful()).isTrue();
  }

  private static void feed(EventReader reader, String... types) {
    for (String type : types) {
      reader.accept("{\"type\":\"" + type + "\"}");
    }
  }
}
