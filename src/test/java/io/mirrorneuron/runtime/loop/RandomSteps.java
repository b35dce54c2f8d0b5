package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Makes up workflows of steps: graphs with all trigger rules, joins, scatters, branches, retries
 * and timeouts; steps of programs, of agents without one, of two agents, and agents that work for
 * two steps. Whatever the order of events, each step of one ends in the same way, because at most
 * one step can fail the workflow and programs print what depends on nothing else.
 */
final class RandomSteps {
  private static final String[] RULES = {
    "all_success",
    "all_done",
    "one_success",
    "one_done",
    "one_failed",
    "none_failed_min_one_success",
    "quorum"
  };

  /** How the agents begin that get the same message anew in each attempt of their step. */
  static final String SECOND = "second";

  /** Who works for a step. */
  private enum Kind {
    PROGRAM,
    ROUTER,
    SENSOR,
    AGGREGATOR,
    /** Two programs, of which the second gets what the first puts out. */
    PAIR,
    /** The program of an earlier step. */
    SHARED
  }

  private static final String[] POLICIES = {"continue", "continue_partial", "skip"};

  private final Random random;
  private final int size;
  private final Flow flow = new Flow();
  private final List<List<Integer>> children = new ArrayList<>();
  private final Set<Integer> scattered = new HashSet<>();
  private final Kind[] kinds;

  /** The agents of each step to which its parents send, and which sends to its children. */
  private final String[] receivers;

  private final String[] senders;
  private final boolean mayFail;

  /** The step that fails the workflow, or none. */
  private final int hopeless;

  /**
   * @param mayFail whether there may be a step that fails the workflow
   */
  private RandomSteps(Random random, boolean mayFail) {
    this.random = random;
    this.size = 3 + random.nextInt(7);
    this.mayFail = mayFail;
    this.hopeless = mayFail ? random.nextInt(4 * size) : -1;
    this.kinds = new Kind[size];
    this.receivers = new String[size];
    this.senders = new String[size];
  }

  static Workflow workflow(Random random) {
    return new RandomSteps(random, true).parsed();
  }

  /** One that begins anew whenever all its steps have ended. */
  static Workflow service(Random random) {
    RandomSteps steps = new RandomSteps(random, false);
    steps.flow.root("policies", SimulationTest.SERVICE);
    return steps.parsed();
  }

  private Workflow parsed() {
    make();
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(flow.toString());
  }

  private void make() {
    for (int i = 0; i < size; i++) {
      children.add(new ArrayList<>());
    }
    for (int to = 1; to < size; to++) {
      children.get(random.nextInt(to)).add(to); // so every step can be reached
    }
    for (int from = 0; from < size - 1; from++) {
      if (children.get(from).isEmpty() || random.nextInt(3) == 0) {
        int to = from + 1 + random.nextInt(size - from - 1);
        if (!children.get(from).contains(to)) {
          children.get(from).add(to);
        }
      }
    }
    for (int i = 0; i < size; i++) {
      kinds[i] = kind(i);
    }
    for (int i = 0; i < size; i++) {
      step(i);
    }
    if (random.nextBoolean()) {
      flow.program(SimulationTest.BOX, "{}");
    }
    if (mayFail && random.nextInt(4) == 0) {
      completion(senders[random.nextInt(size)]);
    }
    for (int from = 0; from < size; from++) {
      for (int to : children.get(from)) {
        edge(from, to);
      }
    }
    switch (random.nextInt(4)) {
      case 0 -> flow.with("execution", "'serial'");
      case 1 -> flow.with("execution", "{'strategy':'parallel','max_parallel_steps':2}");
      default -> {}
    }
  }

  /** The run is to be completed once the agent has sent something, and all steps have ended. */
  private void completion(String agent) {
    flow.agent("bell", "sensor", "{}").mail(agent, "bell").mail("bell", "done");
    flow.agent(
        "done",
        "aggregator",
        "{'complete_on_message':true,'terminal_sink':true,'complete_run':true}");
  }

  private void step(int i) {
    String id = "s" + i;
    boolean fatal = i == hopeless;
    int attempts = 1 + random.nextInt(3);
    // A step that may fail for good has a policy by which the flow goes on, but for the one.
    int troubles = fatal ? attempts : random.nextInt(attempts + (random.nextInt(3) == 0 ? 1 : 0));
    String trouble = random.nextBoolean() ? "fails" : "hangs";
    String policy = fatal ? "fail_workflow" : POLICIES[random.nextInt(POLICIES.length)];
    String more =
        """
        {'trigger_rule':%s,'control':{'failure_policy':'%s','timeout_seconds':2,'retry_backoff_ms':50,
         'retry':{'max_attempts':%d}%s}}
        """
            .formatted(rule(i), policy, attempts, random.nextInt(8) == 0 ? ",'unsafe':true" : "");
    receivers[i] = id;
    senders[i] = id;
    String troubled = "'%s':%d".formatted(trouble, troubles);
    switch (kinds[i]) {
      case ROUTER -> flow.agent(id, "router", "{}").stepOf(id, id, more);
      case SENSOR -> flow.agent(id, "sensor", "{}").stepOf(id, id, more);
      case AGGREGATOR -> {
        String config = "{'complete_on_message':true,'output_message_type':'all'}";
        flow.agent(id, "aggregator", config).stepOf(id, id, more);
      }
      case PAIR -> pair(i, more, troubled);
      case SHARED -> {
        String agent = receivers[sharedWith(i)];
        flow.stepOf(agent, id, more);
        receivers[i] = agent;
        senders[i] = agent;
      }
      case PROGRAM -> flow.step(id, more, "{%s,'prints':%s}".formatted(troubled, prints(i)));
    }
  }

  private void pair(int i, String more, String troubled) {
    String id = "s" + i;
    String second = SECOND + i;
    boolean firstFails = random.nextBoolean();
    flow.program(id, "{%s}".formatted(firstFails ? troubled : "'fails':0"));
    String config = "{%s,'prints':%s}".formatted(firstFails ? "'fails':0" : troubled, prints(i));
    flow.program(second, config).mail(id, second);
    flow.binding("pair" + i, id, second).stepOf("pair" + i, id, more);
    senders[i] = second;
  }

  private Kind kind(int i) {
    int inner = i > 0 && i < size - 1 ? random.nextInt(24) : 23;
    return switch (inner) {
      case 0, 1, 2 -> Kind.ROUTER;
      case 3 -> Kind.SENSOR;
      case 4 -> Kind.AGGREGATOR;
      case 5, 6, 7 -> sharedWith(i) > 0 && i != hopeless ? Kind.SHARED : Kind.PROGRAM;
      default -> random.nextInt(6) == 0 ? Kind.PAIR : Kind.PROGRAM;
    };
  }

  /** An earlier step of a program that cannot send to this one and has it alone, or -1. */
  private int sharedWith(int i) {
    for (int other = 1; other < i; other++) {
      boolean alone = kinds[other] == Kind.PROGRAM && other != hopeless;
      if (alone
          && !isTaken(other, i)
          && children.get(other).isEmpty() == children.get(i).isEmpty()) {
        if (!children.get(other).contains(i)) {
          return other;
        }
      }
    }
    return -1;
  }

  private boolean isTaken(int program, int before) {
    for (int i = program + 1; i < before; i++) {
      if (kinds[i] == Kind.SHARED && sharedWith(i) == program) {
        return true;
      }
    }
    return false;
  }

  private String rule(int i) {
    long parents = children.stream().filter(list -> list.contains(i)).count();
    String rule = RULES[random.nextInt(RULES.length)];
    if (!rule.equals("quorum")) {
      return "'" + rule + "'";
    }
    int quorum = 1 + random.nextInt((int) Math.max(1, parents));
    return "{'rule':'quorum_success','quorum':%d}".formatted(quorum);
  }

  /** Whether another step has its work done by the same program, which prints the same there. */
  private boolean isShared(int i) {
    return isTaken(i, size);
  }

  private String prints(int i) {
    String events = "";
    List<Integer> mine = children.get(i);
    if (!mine.isEmpty() && !isShared(i)) {
      // Only what no other step can start before is named: its only parent is this one.
      switch (random.nextInt(6)) {
        case 0 -> events = branch(mine.get(random.nextInt(mine.size())));
        case 1 -> events = scatter(mine.get(0));
        default -> {}
      }
      boolean isInstance = scattered.contains(i);
      boolean once = kinds[mine.get(0)] == Kind.AGGREGATOR; // it completes only once
      if (events.contains("scatter") && (once || isInstance || hasOtherParents(i, mine.get(0)))) {
        events = ""; // of two that share out the same step one is refused
      }
      if (events.contains("scatter")) {
        scattered.add(mine.get(0));
      }
      if (events.contains("branch") && mine.stream().anyMatch(to -> hasOtherParents(i, to))) {
        events = "";
      }
    }
    return "{'complete_step':{'step':%d},'events':[%s]}".formatted(i, events);
  }

  private boolean hasOtherParents(int parent, int child) {
    for (int i = 0; i < size; i++) {
      if (i != parent && children.get(i).contains(child)) {
        return true;
      }
    }
    return false;
  }

  private static String branch(int to) {
    return "{'type':'workflow_step_branch','payload':{'branches':['s%d']}}".formatted(to);
  }

  private String scatter(int to) {
    List<Integer> items = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      items.add(i);
    }
    return "{'type':'workflow_step_scatter','payload':{'target':'s%d','items':%s}}"
        .formatted(to, items);
  }

  private void edge(int from, int to) {
    String more =
        switch (random.nextInt(8)) {
          case 0 -> "{'accepts':['done','partial','skipped']}";
          case 1 ->
              "{'condition':{'path':'message.body.step','op':'%s','value':%d}}"
                  .formatted(random.nextBoolean() ? "==" : "!=", from);
          default -> "{}";
        };
    String a = "s" + from;
    String b = "s" + to;
    String sender = senders[from];
    String receiver = receivers[to];
    switch (random.nextInt(4)) {
      case 0 -> flow.after(a, b, more); // no message ever comes along
      case 1 -> {
        String between = "r" + from + "_" + to;
        flow.agent(between, "router", "{}").after(a, b, more);
        flow.mail(sender, between).mail(between, receiver);
      }
      default -> flow.after(a, b, more).mail(sender, receiver);
    }
  }
}
