package io.mirrorneuron.cli.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedAnswerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "missing | cost_centre | is needed | the form needs cost_centre (--data cost_centre=…)",
        "type_error | cost_centre | must be a whole number | cost_centre must be a whole number (--data cost_centre=…)",
        "additionalProperties | cost_center | is no field of the form; did you mean cost_centre? | cost_center is no field of the form; did you mean cost_centre?",
        "literal_error | decision | must be one of: approve | --decision must be one of: approve",
        "missing | by | must be a name | --by must be a name",
      })
  void whatIsWrongIsSaidWithTheOptionThatMendsIt(
      String type, String field, String msg, String sentence) {
    RefusedAnswer refused =
        new RefusedAnswer(
            Fault.refusal(List.of(new Fault(type, List.of("body", field), msg, null))));

    assertThat(refused.plain()).hasMessage(sentence);
    assertThat(refused.plain().code()).isEqualTo(ErrorCode.INVALID);
    assertThat(refused.fields()).containsExactly(field);
  }

  @Test
  void aFaultOfTheWholeKeepsItsWords() {
    RefusedAnswer refused =
        new RefusedAnswer(
            Fault.refusal(
                List.of(new Fault("anyOf", List.of("body"), "does not fit the form", null))));

    assertThat(refused.plain()).hasMessage("does not fit the form");
    assertThat(refused.fields()).isEmpty();
  }

  @Test
  void whoSaysNoNameIsToldHowTo() {
    RefusedAnswer nobody = notAssigned("request q is for ada to answer, not for anonymous");

    assertThat(nobody.plain())
        .hasMessage("request q is for ada to answer, not for anonymous (--by NAME)");
    assertThat(nobody.fields()).containsExactly("by");
    assertThat(notAssigned("request q is for ada to answer, not for eve").plain())
        .hasMessage("request q is for ada to answer, not for eve");
  }

  private static RefusedAnswer notAssigned(String sentence) {
    return new RefusedAnswer(new MnException(ErrorCode.FORBIDDEN, "not_assigned", sentence));
  }

  @Test
  void otherFailuresStayAsTheyAre() {
    MnException gone = MnException.notFound("request", "q");

    assertThat(new RefusedAnswer(gone).plain()).isSameAs(gone);
    assertThat(new RefusedAnswer(gone).fields()).isEmpty();
  }
}
