package io.mirrorneuron.area.jobs.view;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the step and the worker that an event is about. */
final class EventSubjects {
  private final Map<String, ShownStep> steps = new LinkedHashMap<>();
  private final Map<String, ShownStep> stepOfAgent = new HashMap<>();
  private final Map<String, String> agentBySuffix = new HashMap<>();
  private final Map<String, List<ShownStep>> byEmitted = new HashMap<>();
  private int size;

  EventSubjects(Plan plan) {
    for (Plan.Step step : plan.steps().values()) {
      ShownStep track =
          plan.truth() == Plan.Truth.LEDGER ? new ShownStep(step) : new UntrackedStep(step);
      steps.put(step.id(), track);
      for (Plan.Worker worker : step.workers()) {
        stepOfAgent.putIfAbsent(worker.id(), track);
        agentBySuffix.putIfAbsent(suffix(worker.id()), worker.id());
      }
      if (step.emits() != null) {
        byEmitted.computeIfAbsent(step.emits(), type -> new ArrayList<>()).add(track);
      }
      size += 1 + step.workers().size();
    }
  }

  Collection<ShownStep> steps() {
    return steps.values();
  }

  /** Or null. */
  ShownStep step(String id) {
    return steps.get(id);
  }

  /** Those that are done when an event of this type comes. */
  List<ShownStep> emitting(String type) {
    return byEmitted.getOrDefault(type, List.of());
  }

  /** Steps and agents. */
  int size() {
    return size;
  }

  /** The step that the event is about: the one it names, else that of its agent; or null. */
  ShownStep stepOf(JobEvent event) {
    String id = event.stepId();
    if (id != null) {
      String template = steps.containsKey(id) ? null : ShownStep.template(id);
      ShownStep found = steps.get(template == null ? id : template);
      if (found != null) {
        return found;
      }
    }
    String agent = agentIdOf(event);
    return agent == null ? null : stepOfAgent.get(known(agent));
  }

  /** The agent or instance of the step that the event is about, or null. */
  WorkState workerOf(JobEvent event, ShownStep step) {
    if (step == null) {
      return null;
    }
    String id = event.stepId();
    if (id != null && step.plan.id().equals(ShownStep.template(id))) {
      size += step.worker(id) == null ? 1 : 0;
      return step.instance(id);
    }
    String agent = agentIdOf(event);
    return agent == null ? null : step.worker(known(agent));
  }

  /** Who gets a message is at work; when that is not said, who sent it. */
  private static String agentIdOf(JobEvent event) {
    String agent = event.agentId();
    boolean isMessage =
        event.type().equals("agent_message_received") || event.type().equals("aggregator_received");
    return agent == null && isMessage ? event.text("from_agent", "from_node", "source") : agent;
  }

  private String known(String agent) {
    return stepOfAgent.containsKey(agent)
        ? agent
        : agentBySuffix.getOrDefault(suffix(agent), agent);
  }

  private static String suffix(String id) {
    return id.substring(id.lastIndexOf(':') + 1);
  }
}
