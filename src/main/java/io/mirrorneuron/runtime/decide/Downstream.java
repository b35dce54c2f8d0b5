package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

/** Applies a program's decisions about later steps: which of them run, and over how many items. */
final class Downstream {
  private static final int SHOWN_STEPS = 25;

  private final JobState state;
  private final Turn turn;
  private final StepEndings ends;

  Downstream(JobState state, Turn turn, StepEndings ends) {
    this.state = state;
    this.turn = turn;
    this.ends = ends;
  }

  /**
   * Why a choice of children is invalid, or null. Names that are no children are ignored if there
   * are children among the names.
   */
  String refusal(StepState step, List<String> chosen) {
    List<StepState> children = state.steps().children(step);
    String behind =
        children.stream().map(StepState::id).limit(SHOWN_STEPS).collect(Collectors.joining(", "));
    String those =
        behind.isEmpty() ? "no step is behind it" : "behind %s: %s".formatted(step.id(), behind);
    for (String name : chosen) {
      if (state.steps().get(name) == null) {
        return "there is no step %s; %s".formatted(name, those);
      }
    }
    boolean isAny = chosen.isEmpty() || children.stream().anyMatch(child -> isAmong(chosen, child));
    return isAny
        ? null
        : "not behind step %s: %s; %s".formatted(step.id(), String.join(", ", chosen), those);
  }

  private static boolean isAmong(List<String> chosen, StepState child) {
    return chosen.contains(child.declared().id()) || chosen.contains(child.id());
  }

  /** Runs only the named children; skips the other children. */
  void branch(StepState step, List<String> chosen) {
    ObjectNode members = turn.about(step);
    chosen.forEach(members.putArray("branches")::add);
    turn.event("workflow_branch_selected", members);
    for (StepState child : state.steps().children(step)) {
      boolean open = !child.isTerminal() && !child.isStarted();
      if (open && !isAmong(chosen, child)) {
        ends.end(
            child,
            StepPhase.SKIPPED,
            StepOutcome.SKIPPED,
            "step " + step.id() + " took another branch");
      }
    }
  }

  /** Skips all steps after this one that have not started. */
  void skip(StepState step) {
    Deque<StepState> next = new ArrayDeque<>(state.steps().children(step));
    StepState one;
    while ((one = next.pollFirst()) != null) {
      if (!one.isTerminal() && !one.isStarted()) {
        next.addAll(state.steps().children(one));
        ends.end(
            one,
            StepPhase.SKIPPED,
            StepOutcome.SKIPPED,
            "step " + step.id() + " skipped what follows it");
      }
    }
  }

  /**
   * Runs the target steps once per item; see {@link Scatter}. The instances start when the parents
   * of their template are done.
   */
  void scatter(StepState step, Scatter scatter) {
    for (Scatter.Share share : scatter.shares()) {
      StepState template = share.template();
      template.end(StepPhase.SKIPPED, StepOutcome.MAPPED, null, turn.now());
      template.mailboxes().forEach(state.mailboxes()::clear);
      List<StepState> instances = state.steps().scatter(template, share.items().size());
      state.steps().ended(template);
      turn.event("workflow_step_skipped", turn.about(template).put("outcome", "mapped"));
      for (int i = 0; i < instances.size(); i++) {
        StepState instance = instances.get(i);
        Message item =
            StepStarts.message(
                state, turn, instance, "workflow_scatter_item", share.items().get(i));
        state
            .mailboxes()
            .enqueue(
                instance.mailboxes().entry(), item.forStep(instance.id(), state.workflowRun()));
        state.changes().touch(instance);
      }
    }
    ObjectNode members = turn.about(step).put("items", scatter.count());
    ArrayNode targets = members.putArray("targets");
    scatter.shares().forEach(share -> targets.add(share.template().id()));
    turn.event("workflow_step_scattered", members);
    scatter.shares().stream()
        .filter(share -> share.items().isEmpty())
        .forEach(share -> state.steps().reconsider(state.steps().children(share.template())));
  }
}
