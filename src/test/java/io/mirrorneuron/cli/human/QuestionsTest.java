package io.mirrorneuron.cli.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.cli.AnsiStyle;
import io.mirrorneuron.cli.Output;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionsTest {
  private static List<String> lines(String asked) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    Questions.print(
        new Output(out, AnsiStyle.PLAIN, 80),
        LenientJson.read(Json.parseObject(asked.replace('\'', '"'), "request"), HumanAsk.class));
    out.flush();
    return text.toString().lines().toList();
  }

  @Test
  void itIsToldForWhomAQuestionIsUntilWhenAndWhoIsNext() {
    assertThat(
            lines(
                "{'request_id':'q','status':'pending','prompt':'Pay?','assignees':['ada','bob'],"
                    + "'due_at':'2026-11-26T17:03:53.553Z','escalate_to':['eve']}"))
        .contains(
            "For         ada, bob", "Due         2026-11-26 17:03:53, then eve may answer instead");
  }

  @Test
  void aQuestionWithoutBothIsForAnybodyAtAnyTime() {
    assertThat(lines("{'request_id':'q','status':'pending','prompt':'Pay?'}"))
        .contains("For         anybody", "Due         no time limit");
  }

  @Test
  void whatCountsWhenTimeIsOverIsTold() {
    assertThat(
            lines(
                "{'request_id':'q','status':'pending','due_at':'2026-11-26T17:03:53Z',"
                    + "'default':{'decision':'reject'}}"))
        .contains("Due         2026-11-26 17:03:53, then reject");
  }
}
