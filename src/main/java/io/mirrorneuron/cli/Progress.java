package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** What the agents of a job do, as its events tell. Not thread-safe. */
final class Progress {
  private final Map<String, Agent> agents = new LinkedHashMap<>();
  private final LongSupplier nanos;
  private final long begin;
  private String status;

  enum State {
    WAITING,
    QUEUED,
    RUNNING,
    RETRYING,
    DONE,
    FAILED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One line of the view. */
  static final class Agent {
    private final String id;
    private final String type;
    private State state = State.WAITING;
    private int messages;
    private String note = "";
    private long since;
    private long spent;

    Agent(String id, String type) {
      this.id = id;
      this.type = type;
    }

    String id() {
      return id;
    }

    String type() {
      return type;
    }

    State state() {
      return state;
    }

    int messages() {
      return messages;
    }

    String note() {
      return note;
    }
  }

  /**
   * @param details of the job; they give the agents in the author's order
   * @param nanos a clock that never jumps
   */
  Progress(JsonNode details, LongSupplier nanos) {
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
    this.status = details.at("/job/status").asText("pending");
    for (JsonNode agent : details.path("agents")) {
      String id = agent.path("agent_id").asText();
      agents.put(id, new Agent(id, agent.path("agent_type").asText()));
    }
  }

  String status() {
    return status;
  }

  Collection<Agent> agents() {
    return agents.values();
  }

  long done() {
    return agents.values().stream().filter(agent -> agent.state == State.DONE).count();
  }

  double seconds() {
    return (nanos.getAsLong() - begin) / 1e9;
  }

  /** How long the agent's programs have run, with the one that runs now. */
  double seconds(Agent agent) {
    long running = agent.since == 0 ? 0 : nanos.getAsLong() - agent.since;
    return (agent.spent + running) / 1e9;
  }

  void accept(JsonNode event) {
    String type = event.path("type").asText();
    Agent agent = agents.get(event.path("agent_id").asText());
    if (type.startsWith("job_")) {
      job(type);
    } else if (agent != null) {
      agent(agent, type, event.path("payload"));
    }
  }

  private void job(String type) {
    status =
        switch (type) {
          case "job_resumed", "job_recovered" -> "running";
          case "job_paused_for_manual_restart" -> "paused";
          case "job_recovery_started" -> status;
          default -> type.substring("job_".length());
        };
    if (List.of("completed", "failed", "cancelled").contains(status)) {
      agents.values().forEach(this::stop);
    }
  }

  private void agent(Agent agent, String type, JsonNode payload) {
    switch (type) {
      case "agent_message_received" -> {
        agent.messages++;
        move(agent, agent.type.equals("executor") ? State.QUEUED : State.DONE, "");
      }
      case "executor_lease_requested" -> move(agent, State.QUEUED, agent.note);
      case "executor_lease_acquired" -> {
        move(agent, State.RUNNING, "");
        agent.since = nanos.getAsLong();
      }
      case "executor_lease_released" -> stop(agent);
      case "sandbox_job_completed" -> move(agent, State.DONE, "");
      case "sandbox_job_failed" -> move(agent, State.FAILED, payload.path("error").asText());
      case "message_retry_scheduled" ->
          move(agent, State.RETRYING, payload.path("reason").asText());
      case "agent_beacon" -> agent.note = payload.path("message").asText();
      case "message_unrouted", "dead_letter" -> agent.note = "a message could not go on";
      default -> {
        // tells nothing about how far the agent is
      }
    }
  }

  private void move(Agent agent, State state, String note) {
    agent.state = state;
    agent.note = note;
  }

  private void stop(Agent agent) {
    if (agent.since != 0) {
      agent.spent += nanos.getAsLong() - agent.since;
      agent.since = 0;
    }
  }

  /** At most {@code most} agents: all, or those that are not yet done or wait first. */
  List<Agent> selection(int most) {
    List<Agent> all = new ArrayList<>(agents.values());
    if (all.size() <= most) {
      return all;
    }
    List<State> order =
        List.of(
            State.FAILED, State.RUNNING, State.RETRYING, State.QUEUED, State.WAITING, State.DONE);
    all.sort(java.util.Comparator.comparingInt(agent -> order.indexOf(agent.state)));
    return all.subList(0, Math.max(0, most));
  }
}
