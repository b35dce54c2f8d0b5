package io.mirrorneuron.cli.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.cli.human.HumanCommand.HumanListCommand.HumanTable;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HumanTableTest {
  private static final String PLAIN =
      "{'run_id':'run-invoice-20261126-170353-ab12','request_id':'review-2','status':'pending','prompt':'Pay 120 to the Harbour Office before the end of the month?'}";
  private static final String DUE =
      PLAIN
          .replace("'pending'", "'overdue'")
          .replace("'prompt'", "'due_at':'2026-11-26T17:03:53.553Z','prompt'");

  private static List<String> lines(int columns, String... requests) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    new HumanTable(new Output(out, AnsiStyle.PLAIN, columns), columns)
        .print(
            Stream.of(requests)
                .map(one -> Json.parseObject(one.replace('\'', '"'), "request"))
                .map(one -> LenientJson.read(one, HumanAsk.class))
                .toList());
    out.flush();
    return text.toString().lines().toList();
  }

  @Test
  void aWideScreenHasAColumnForEach() {
    assertThat(lines(160, PLAIN, DUE).getFirst())
        .matches("Run ID +Request ID +Status +Due \\(UTC\\) +Prompt");
  }

  @Test
  void whatIsAskedIsThereOnAnyScreen() {
    for (int columns : List.of(40, 60, 80, 100, 120, 160)) {
      String all = String.join(" ", lines(columns, PLAIN, DUE)).replaceAll("\\s+", " ");
      assertThat(all.split("Office", -1)).as("%d: %s", columns, all).hasSize(3);
      assertThat(all).contains("2026-11-26");
      assertThat(lines(columns, PLAIN, DUE))
          .filteredOn(line -> columns >= 80)
          .allMatch(line -> line.length() <= columns);
    }
    assertThat(lines(80, PLAIN, DUE).getFirst()).matches("Run ID +Request ID +Prompt");
    assertThat(lines(40, DUE))
        .containsExactly(
            "run-invoice-20261126-170353-ab12  review-2",
            "  Pay 120 to the Harbour Office before the end of the month? (overdue, due 2026-11-26 17:03:53)");
  }
}
