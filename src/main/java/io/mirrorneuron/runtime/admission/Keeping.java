package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.admission.LocalMachine.Reachable;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What programs, and checks of what they offer, are kept to.
 *
 * @param limits how they are kept to each
 * @param most that this node can set of each, as it has no more itself
 * @param reach what they reach of the machine
 * @param strange the folder that a manifest brings for them and that they do not get
 * @param checks sentences about checks of services that can never pass here
 */
public record Keeping(
    Function<ProgramLimit, Enforcement> limits,
    ToLongFunction<ProgramLimit> most,
    Reachable reach,
    Function<Workflow, Optional<String>> strange,
    Function<Workflow, List<String>> checks) {
  static final Keeping NOTHING =
      new Keeping(
          _ -> Enforcement.NONE,
          _ -> Long.MAX_VALUE,
          (_, _) -> true,
          _ -> Optional.empty(),
          _ -> List.of());
}
