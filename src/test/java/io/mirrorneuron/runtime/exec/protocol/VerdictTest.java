package io.mirrorneuron.runtime.exec.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.port.Executions.Ending;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "['python3','summary.py','--key','s3cr3t']  | python3 summary.py",
        "['/usr/bin/node','steps/report.mjs']       | node report.mjs",
        "['./run.sh']                               | run.sh",
        "['sh','-c','exit 3']                       | sh",
        "['curl','https://me:secret@host/a.json']   | curl",
        "['tool','token.abcdef0123456789']          | tool",
        "'python3 main.py fast'                     | python3 main.py",
        "[]                                         | its program",
        "'  '                                       | its program"
      })
  void aFailureNamesWhatRanAndHowItEnded(String command, String name) {
    String program =
        ExecutionSamples.execution("{'command': %s}".formatted(command), null).program();

    assertThat(program).isEqualTo(name);
    assertThat(Verdict.of(program, null, null, 2, new PrintedAnswer("", null)))
        .returns(Ending.FAILED, Verdict::ending)
        .returns(name + " exited with code 2", Verdict::error);
    assertThat(Verdict.of(program, null, null, 139, new PrintedAnswer("", null)).error())
        .isEqualTo(name + " was ended by signal 11");
  }
}
