package io.mirrorneuron.cli.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HumanPromptTest {
  private static final String FORM =
      """
      {'request_id': 'q', 'allowed_decisions': ['approve', 'reject'], 'status': 'pending',
       'form': {'type': 'object', 'required': ['note', 'cost_centre'], 'properties': {
         'note': {'enum': ['travel', 'food'], 'description': 'what for'},
         'cost_centre': {'type': 'integer', 'minimum': 100},
         'urgent': {'type': 'boolean'}}}}
      """;

  private final StringWriter shown = new StringWriter();
  private final Map<String, Object> answer = new LinkedHashMap<>();

  private HumanPrompt prompt(String asked, String typed) {
    return new HumanPrompt(
        new PrintWriter(shown),
        new BufferedReader(new StringReader(typed))::readLine,
        LenientJson.read(Json.parseObject(asked.replace('\'', '"'), "request"), HumanAsk.class));
  }

  @Test
  void eachValueIsCheckedWhereItIsGivenInTheOrderOfTheForm() {
    HumanPrompt prompt = prompt(FORM, "approve\n200\nfood\n\n50\nmuch\n250\nperhaps\nYes\n\nada\n");

    assertThat(prompt.ask(answer)).isTrue();

    assertThat(Json.write(answer))
        .isEqualTo(
            "{\"decision\":\"approve\",\"note\":\"food\",\"cost_centre\":250,\"urgent\":true,\"by\":\"ada\"}");
    assertThat(shown.toString().replaceAll("(?<=(?<!one of): )(?=[A-Za-z])", "\n").lines())
        .containsSequence(
            "note (what for; one of travel, food): ",
            "note must be one of: travel, food.",
            "note (what for; one of travel, food): ",
            "cost_centre (a whole number): ",
            "cost_centre is needed.",
            "cost_centre (a whole number): ",
            "cost_centre must be at least 100.",
            "cost_centre (a whole number): ",
            "cost_centre must be a whole number.",
            "cost_centre (a whole number): ",
            "urgent (yes or no): ",
            "urgent must be yes or no (true or false).",
            "urgent (yes or no): ");
  }

  @Test
  void whatIsRefusedIsAskedAgainAndNothingElseIs() {
    HumanPrompt prompt = prompt(FORM, "approve\nfood\n250\n\n\nada\n300\n");
    assertThat(prompt.ask(answer)).isTrue();

    assertThat(prompt.again(List.of("cost_centre"), answer)).isTrue();
    assertThat(prompt.ask(answer)).isTrue();

    assertThat(answer).hasToString("{decision=approve, note=\"food\", by=ada, cost_centre=300}");
    assertThat(prompt.again(List.of("other"), answer)).isFalse();
  }

  @Test
  void whoApprovesSecondIsAskedForNoValues() {
    String second =
        FORM.replace(
            "'request_id'",
            "'approvals_required': 2, 'decisions': [{'type': 'human_approval_recorded', 'by': 'ada',"
                + " 'decision': 'approve', 'data': {'cost_centre': 200}}], 'request_id'");

    assertThat(prompt(second, "1\n\neve\n").ask(answer)).isTrue();

    assertThat(answer).hasToString("{decision=approve, by=eve}");
    assertThat(shown.toString()).contains("The values of ada count.");
  }

  @Test
  void theEndOfTheInputIsNoAnswer() {
    assertThat(prompt(FORM, "approve\nfood\n").ask(answer)).isFalse();
    assertThat(shown.toString()).contains("Ctrl-D ends this unanswered");
  }
}
