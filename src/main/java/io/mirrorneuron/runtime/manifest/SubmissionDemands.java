package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission.Origin;
import io.mirrorneuron.runtime.manifest.graph.InputValidation;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.manifest.graph.RulePrograms;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.workflow.StepGraph.Requirement;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.JsonText;
import java.util.List;

/**
 * What a manifest asks of others before its job may begin, as far as it has a form: the rest of it
 * need not be sound.
 */
public record SubmissionDemands(ObjectNode source) {

  public static SubmissionDemands of(Workflow workflow) {
    return new SubmissionDemands(workflow.source());
  }

  /**
   * @throws io.mirrorneuron.model.MnException MALFORMED when it is no JSON object
   */
  public static SubmissionDemands of(String manifestJson) {
    return new SubmissionDemands(JsonText.object(manifestJson, "manifest_json"));
  }

  /** Of the machine. */
  public List<Requirement> requirements() {
    return RequirementReader.of(source);
  }

  /** Of services, those that must be there before. */
  public ServiceDemands services() {
    return ServiceDemands.before(source);
  }

  /** What its rules say of its input. */
  public InputValidation.Outcome input(Origin origin, RulePrograms programs) {
    return InputValidation.of(source, origin.configJson(), programs);
  }
}
