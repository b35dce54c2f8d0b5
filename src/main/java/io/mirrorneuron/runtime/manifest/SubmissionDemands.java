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

/** The preconditions of a job in its manifest. Invalid parts of the manifest are ignored. */
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

  /** What the machine must have. */
  public List<Requirement> requirements() {
    return RequirementReader.of(source);
  }

  /** Services that must be available before the job begins. */
  public ServiceDemands services() {
    return ServiceDemands.before(source);
  }

  /** Checks the job's input by the manifest's rules. */
  public InputValidation.Outcome input(Origin origin, RulePrograms programs) {
    return InputValidation.of(source, origin.configJson(), programs);
  }
}
