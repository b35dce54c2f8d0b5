package io.mirrorneuron.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static final String MOMENT = "2026-12-02T23:30:05.055Z";

  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new PrintWriter(text);

  private Output output(int columns, String zone) {
    return new Output(out, AnsiStyle.PLAIN, columns, ZoneId.of(zone));
  }

  @Test
  void timesAreToldByTheClockOfWhoReads() {
    Output berlin = output(80, "Europe/Berlin");

    assertThat(berlin.time(MOMENT)).isEqualTo("2026-12-03 00:30:05");
    assertThat(berlin.time("2026-12-02T23:30:05+02:00")).isEqualTo("2026-12-02 22:30:05");
    assertThat(berlin.moment(MOMENT)).isEqualTo("2026-12-03 00:30:05");
    assertThat(berlin.clock(MOMENT)).isEqualTo("00:30:05.055");
    assertThat(berlin.when("Ended")).isEqualTo("Ended");
    assertThat(List.of(berlin.time("run-9"), berlin.moment("soon"), berlin.clock("")))
        .containsExactly("run-9", "soon", "");
    assertThat(berlin.moment(null)).isEmpty();
  }

  @Test
  void inUtcThatIsSaidAndMomentsStayWhatProgramsRead() {
    for (String zone : List.of("UTC", "Z", "Etc/UTC")) {
      Output utc = output(80, zone);
      assertThat(utc.time(MOMENT)).isEqualTo("2026-12-02 23:30:05");
      assertThat(utc.moment(MOMENT)).isEqualTo(MOMENT);
      assertThat(utc.clock(MOMENT)).isEqualTo("23:30:05.055Z");
      assertThat(utc.when("Ended")).isEqualTo("Ended (UTC)");
    }
  }

  @Test
  void theVariableSaysWhoseClockItIs() {
    assertThat(new Screen(Map.of("TZ", ":Asia/Tokyo"), true, Path.of("/")).zone())
        .isEqualTo(ZoneId.of("Asia/Tokyo"));
    assertThat(new Screen(Map.of("TZ", "Nowhere/At-All"), true, Path.of("/")).zone())
        .isEqualTo(ZoneId.systemDefault());
  }

  private List<String> table(int columns, String... ids) {
    output(columns, "Europe/Berlin")
        .table(
            List.of("Run ID", "Status", "Started", "Ended", "Workflow"),
            List.of(ids).stream()
                .map(
                    id ->
                        List.of(
                            id, "completed", "2026-12-02 10:00:01", "2026-12-02 10:00:02", "night"))
                .toList());
    out.flush();
    return text.toString().lines().toList();
  }

  @Test
  void aTableOfIdsAndTimesFitsEightyColumns() {
    List<String> lines =
        table(80, "run-night-1796173925575-0123456789ab", "run-night-1796173999575-0123456789ab");

    assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(lines.getFirst()).matches("Run ID +Status +Started +Ended +Workflow");
    assertThat(lines.get(1))
        .matches("run-night-1796173925… +completed +2026-12-02 10:00 +2026-12-02 10:00 +night");
    assertThat(lines).hasSize(3);
  }

  @Test
  void idsOfOneSecondAreToldToTheMillisecond() {
    assertThat(
            table(
                80, "run-night-1796173925575-0123456789ab", "run-night-1796173925576-0123456789ab"))
        .anyMatch(line -> line.startsWith("run-night-1796173925575… "))
        .anyMatch(line -> line.startsWith("run-night-1796173925576… "));
  }

  @Test
  void whereThereIsRoomNothingIsShortened() {
    assertThat(table(120, "run-night-1796173925575-0123456789ab").get(1))
        .matches(
            "run-night-1796173925575-0123456789ab +completed +2026-12-02 10:00:01"
                + " +2026-12-02 10:00:02 +night");
  }
}
