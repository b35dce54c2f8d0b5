package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Set;

/** Copies into the state of a forked job the results of the source job that are kept. */
final class ForkedState {
  private final JobState source;
  private final Set<String> again;
  private final JobState state;

  /**
   * @param again steps, and instances, that are done again
   * @param state of the new job, in which nothing has happened yet
   */
  ForkedState(JobState source, Set<String> again, JobState state) {
    this.source = source;
    this.again = again;
    this.state = state;
  }

  void takeOver() {
    List.copyOf(source.steps().all()).forEach(this::takeOver);
    source.streamAgents().forEach(this::takeOver);
  }

  private void takeOver(StepState step) {
    if (again.contains(step.id()) || step.isInstance() && again.contains(step.declared().id())) {
      return;
    }
    if (step.instances() >= 0) {
      state.steps().scatter(state.steps().get(step.id()), step.instances());
    }
    StepState own = state.steps().get(step.id());
    own.inherit(step);
    if (step.input() != null) {
      own.inherit(readdressed(step.input(), state, step.input().id()));
    }
    if (step.output() != null) {
      own.produce(step.output());
    }
    state.changes().touch(own);
    state.steps().ended(own);
  }

  private void takeOver(AgentState agent) {
    List<StepState> served = source.steps().of(agent.id());
    if (!served.isEmpty() && isAllAgain(served)) {
      return;
    }
    AgentState own = state.agent(agent.id());
    agent.forEachCollected(
        (sender, body) -> {
          if (!isOfAgain(sender) && own.collect(sender, body)) {
            state.changes().collected(own, sender, body);
          }
        });
    own.inherit(agent, agent.fired() && own.collected().size() == agent.collected().size());
    for (Message message : agent.mailbox().messages()) {
      if (message.sourceStepId() == null || !again.contains(message.sourceStepId())) {
        state.mailboxes().enqueue(own.mailbox(), readdressed(message, state, message.id()));
      }
    }
    state.changes().touch(own);
  }

  private boolean isAllAgain(List<StepState> steps) {
    return steps.stream().allMatch(step -> again.contains(step.id()));
  }

  private boolean isOfAgain(String sender) {
    int space = sender.indexOf(' ');
    return space > 0 && again.contains(sender.substring(space + 1));
  }

  /** The same message for the new job. */
  static Message readdressed(Message message, JobState state, String id) {
    ObjectNode json = Json.object();
    json.setAll(message.json());
    ObjectNode envelope = json.get("envelope").deepCopy();
    json.set("envelope", envelope.put("job_id", state.jobId()).put("message_id", id));
    return new Message(state.counters().nextMessage(), json);
  }
}
