package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenUsageTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'input_tokens':5,'output_tokens':7}                           |  5 |  7 | 12 | 1 |  0
          {'prompt_tokens':5,'completion_tokens':7,'total_tokens':20}    |  5 |  7 | 20 | 1 |  0
          {'inputTokens':5,'outputTokens':7,'calls':3}                   |  5 |  7 | 12 | 3 |  0
          {'usage':{'prompt_tokens':1,'completion_tokens':2}}            |  1 |  2 |  3 | 1 |  0
          {'token_usage':{'input_tokens':4}}                             |  4 |  0 |  4 | 1 |  0
          {'tokens':9}                                                   |  0 |  0 |  9 | 1 |  0
          {'tokens':{'input':5,'output':7,'total':12}}                   |  5 |  7 | 12 | 1 |  0
          {'llm':{'model':'m','total_tokens':8,'estimated':true}}        |  0 |  0 |  8 | 1 |  8
          {'llm':{'usage':{'input_tokens':2,'output_tokens':1}}}         |  2 |  1 |  3 | 1 |  0
          {'estimated_input_tokens':3,'estimated_output_tokens':4}       |  3 |  4 |  7 | 1 |  7
          {'usage':{'total_tokens':5},'input_tokens':1,'output_tokens':1}|  1 |  1 |  2 | 1 |  0
          """)
  void isFoundUnderManyNames(
      String payload, long input, long output, long total, long calls, long estimated) {
    assertThat(ofPayload(payload))
        .isEqualTo(new TokenUsage(input, output, total, calls, estimated));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}
          {'max_tokens':512}
          {'total':12,'input':'a text','output':'another'}
          {'input_tokens':'5'}
          {'input_tokens':-5}
          {'usage':'none','tokens':['a','b'],'llm':null}
          {'token':'secret','usage':{'cpu':5}}
          """)
  void isNotWhatOnlySoundsLikeIt(String payload) {
    assertThat(ofPayload(payload)).isSameAs(TokenUsage.NONE);
  }

  @Test
  void ofASampleIsACallEvenWithoutCounts() {
    assertThat(TokenUsage.ofSample(Json.object().put("model", "m")))
        .isEqualTo(new TokenUsage(0, 0, 0, 1, 0));
    assertThat(TokenUsage.ofSample(Json.object().put("calls", 4)))
        .isEqualTo(new TokenUsage(0, 0, 0, 4, 0));
    assertThat(TokenUsage.ofSample(Json.object())).isSameAs(TokenUsage.NONE);
  }

  private static TokenUsage ofPayload(String json) {
    return TokenUsage.ofPayload(Json.parseObject(json.replace('\'', '"'), "payload"));
  }
}
