package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.local.JobImport.Renaming;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenamingTest {
  private final Renaming renaming = new Renaming(Map.of("old-1", "new-2", "run-old", "run-new"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"job_id":"old-1"}                        | {"job_id":"new-2"}
          {"run_id":"run-old","job_id":"other"}     | {"run_id":"run-new","job_id":"other"}
          {"a":[{"b":{"parent_job_id":"old-1"}}]}   | {"a":[{"b":{"parent_job_id":"new-2"}}]}
          [{"job_id":"old-1"},7,null]               | [{"job_id":"new-2"},7,null]
          {"mn.workflow.run_id":"run-old"}          | {"mn.workflow.run_id":"run-new"}
          {"execution_id":"old-1.4.1.2"}            | {"execution_id":"new-2.4.1.2"}
          {"execution_id":"old-12.4.1.2"}           | {"execution_id":"old-12.4.1.2"}
          {"lease_id":"lease-old-1.4.1.2"}          | {"lease_id":"lease-new-2.4.1.2"}
          {"sandbox_name":"mn-old-1-a"}             | {"sandbox_name":"mn-old-1-a"}
          {"idempotency_key":"run-old:s:1:m"}       | {"idempotency_key":"run-new:s:1:m"}
          {"note":"old-1","old-1":"old-1"}          | {"note":"old-1","old-1":"old-1"}
          {"job_id":["old-1"]}                      | {"job_id":["old-1"]}
          {"job_id":1.5}                            | {"job_id":1.5}
          4,17,job_paused                           | 4,17,job_paused
          "old-1"                                   | "old-1"
          """,
      quoteCharacter = '`')
  void idsChangeWhereIdsStand(String text, String renamed) {
    assertThat(renaming.in(text)).isEqualTo(renamed);
  }
}
