package io.mirrorneuron.runtime.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.workflow.UpdatePolicy.Versions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionsTest {
  @ParameterizedTest
  @CsvSource({
    "12.4,12.4,0",
    "12.4,9.2,1",
    "12.4,12.10,-1",
    "12,12.0,0",
    "12,12.0.1,-1",
    "6.0.2,6.0,1",
  })
  void areComparedNumberByNumber(String one, String other, int expected) {
    assertThat(Versions.compare(one, other)).hasValue(expected);
    assertThat(Versions.compare(other, one)).hasValue(-expected);
  }

  @ParameterizedTest
  @CsvSource({"12.4,", ",12.4", "12.4,new", "12.x,12.4", "'',12.4", "12.,12.4", "99999999999,1"})
  void whatIsNoVersionIsNotCompared(String one, String other) {
    assertThat(Versions.compare(one, other)).isEmpty();
  }
}
