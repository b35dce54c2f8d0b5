package io.mirrorneuron.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobDetail.JobBrief;
import io.mirrorneuron.port.JobsPort.ForkedJob;
import io.mirrorneuron.port.JobsPort.RestoredJob;
import io.mirrorneuron.wire.ClusterForm;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of both doors get the JSON form of the records: byte for byte what was written. */
class AnswerFormsTest {
  private static ObjectNode json(String text) {
    return Json.parseObject(text.replace('\'', '"'), "text");
  }

  private static <T> void travels(String text, Class<T> record) {
    String exact = text.replace('\'', '"').replaceAll("\n *", "");
    assertThat(Json.write(Json.read(exact, record, "answer"))).isEqualTo(exact);
  }

  @Test
  void whatIsNullStaysNullAndWhatIsLeftOutStaysOut() {
    travels(
        """
        {'job_id':'j','status':'running','submitted_by':'anna','summary':'s','explanations':[
        {'subject':{'kind':'step','id':'a'},'state':'running','cause':'running','text':'t',
        'record':'r','execution_id':'e','since':'2026-01-01T00:00:00.000Z','until':null},
        {'subject':{'kind':'step','id':'b'},'state':'pending','cause':'parents','text':'t',
        'record':'r','waiting_for':['a']},
        {'subject':{'kind':'step','id':'c'},'state':'running','cause':'pool','text':'t',
        'record':'r','execution_id':'e','pool':'default','position':2,'length':7}],'more':3}""",
        Why.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'f','job_id':'f','status':'pending','forked_from':{'job_id':'j','at':'12'}}",
        "{'id':'f','job_id':'f','status':'pending','forked_from':{'job_id':'j','at':12}}"
      })
  void aStepThatIsCalledLikeANumberIsNoEvent(String text) {
    travels(text, ForkedJob.class);
  }

  @Test
  void aRestoredJobRemembersAllOfItsBackup() {
    travels(
        """
        {'job_id':'n','run_id':'r','blueprint_id':'b','status':'paused','source_job_id':'j',
        'source_run_id':'s','restore_provenance':{'source':{'x':1.5,'y':null}},
        'recovery':{'job_id':'n','action':'a','reason':'r'}}""",
        RestoredJob.class);
  }

  @Test
  void rowsAreHandedOnAsTheyAre() {
    travels("{'data':[{'live?':true,'n':1.5,'ü':null},{}]}", JobPage.class);
    travels("{'data':[],'truncated':true}", JobPage.class);
  }

  @Test
  void aRowIsReadWhenSomebodyNeedsIt() {
    JobPage page = Json.read("{\"data\":[{\"job_id\":\"j\"}]}", JobPage.class, "page");

    JobBrief brief = Json.read(page.data().getFirst().json(), JobBrief.class, "row");

    assertThat(brief)
        .isEqualTo(new JobBrief("j", null, null, null, null, null, null, null, null, null, null));
  }

  @Test
  void whatIsNotTheFormOfAnAnswerIsMalformed() {
    assertThatThrownBy(() -> Json.read("{\"explanations\":7}", Why.class, "result_json"))
        .isInstanceOf(MnException.class)
        .hasMessage("member explanations of result_json has the wrong type");
  }

  // ------------------------------------------------------------------ other runtimes

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{'job':null,'agents':{}}", "{'job':{'status':7},'summary':[]}"})
  void aJobOfWhichLittleIsToldHasNoMembers(String text) {
    JobDetail detail = JobDetailForm.read(json(text));

    assertThat(detail.facts().status()).isNull();
    assertThat(detail.facts().runId()).isNull();
    assertThat(detail.facts().endedAt()).isNull();
    assertThat(detail.job().submittedBy()).isNull();
    assertThat(detail.reason()).isNull();
    assertThat(detail.agents()).isEmpty();
    assertThat(detail.parts().ledger().isMissingNode()).isTrue();
    assertThat(detail.parts().manifest().isMissingNode()).isTrue();
    assertThat(detail.parts().result().isMissingNode()).isTrue();
    assertThat(detail.lastEvent()).isEqualTo(Long.MAX_VALUE);
    assertThat(detail.facts().isLasting()).isFalse();
    assertThat(Json.write(detail)).isEqualTo(text.replace('\'', '"'));
  }

  @Test
  void theMostTrustworthyPlaceTellsAMember() {
    JobDetail detail =
        JobDetailForm.read(
            json(
                "{'job':{'status':' ','runId':'r','workflow_state':{'graph_id':'g'}},"
                    + "'summary':{'status':'done','run_id':'other','type':'service'},"
                    + "'recent_events':[{'seq':9}]}"));

    assertThat(detail.facts().status()).isEqualTo("done");
    assertThat(detail.facts().runId()).isEqualTo("r");
    assertThat(detail.facts().graphId()).isEqualTo("g");
    assertThat(detail.facts().isLasting()).isTrue();
    assertThat(detail.lastEvent()).isEqualTo(9);
    assertThat(detail.isKnown()).isTrue();
  }

  @Test
  void nodesAndJobsMayBeListedInAnObject() {
    ClusterSummary summary =
        ClusterForm.read(
            json(
                "{'nodes':{'data':[{'name':'n','state':'up','executor_pools':{'p':{'in_use':1}}}]},"
                    + "'jobs':{'items':[{'health':{'state':'odd'}},{}]}}"));

    assertThat(summary.nodeStatuses()).containsExactly("up");
    assertThat(summary.jobCounts()).isEqualTo(Map.of("odd", 1L, "unknown", 1L));
    assertThat(summary.nodes().getFirst().pools().get("p").inUse()).isEqualTo(1);
    assertThat(summary.nodes().getFirst().cpus()).isNull();
    assertThat(summary.metrics().isMissingNode()).isTrue();
  }

  @Test
  void aRuntimeMayListNothing() {
    ClusterSummary summary = ClusterForm.read(json("{'jobs':7}"));

    assertThat(summary.nodes()).isEmpty();
    assertThat(summary.nodeDocuments()).isEmpty();
    assertThat(summary.jobCounts()).isNull();
  }
}
