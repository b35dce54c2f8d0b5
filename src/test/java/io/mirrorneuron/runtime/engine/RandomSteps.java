package io.mirrorneuron.runtime.engine;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.Workflow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Makes up workflows of steps: graphs with all trigger rules, joins, scatters, branches, retries
 * and timeouts. Whatever the order of events, each step of one ends in the same way, because at
 * most one step can fail the workflow and programs print what depends on nothing else.
 */
final class RandomSteps {
  private static final String[] RULES = {
    "all_success", "all_done", "one_success", "one_done", "none_failed_min_one_success"
  };
  private static final String[] POLICIES = {"continue", "continue_partial", "skip"};

  private final Random random;
  private final int size;
  private final Flow flow = new Flow();
  private final List<List<Integer>> children = new ArrayList<>();
  private final Set<Integer> scattered = new HashSet<>();
  private final int hopeless;

  private RandomSteps(Random random) {
    this.random = random;
    this.size = 3 + random.nextInt(7);
    this.hopeless = random.nextInt(4 * size);
  }

  static Workflow workflow(Random random) {
    RandomSteps steps = new RandomSteps(random);
    steps.make();
    return new Manifests(DefaultRunner.HOST_LOCAL).parse(steps.flow.toString());
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
      step(i);
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

  private void step(int i) {
    String id = "s" + i;
    boolean fatal = i == hopeless;
    int attempts = 1 + random.nextInt(3);
    // A step that may fail for good has a policy by which the flow goes on, but for the one.
    int troubles = fatal ? attempts : random.nextInt(attempts + (random.nextInt(3) == 0 ? 1 : 0));
    String trouble = random.nextBoolean() ? "fails" : "hangs";
    String policy = fatal ? "fail_workflow" : POLICIES[random.nextInt(POLICIES.length)];
    String rule = RULES[random.nextInt(RULES.length)];
    String join = random.nextInt(6) == 0 ? "'join':{'mode':'min_success','min_success':1}," : "";
    String more =
        """
        {%s%s'control':{'failure_policy':'%s','timeout_seconds':2,'retry_backoff_ms':50,
         'retry':{'max_attempts':%d}%s}}
        """
            .formatted(
                join,
                join.isEmpty() ? "'trigger_rule':'" + rule + "'," : "",
                policy,
                attempts,
                random.nextInt(8) == 0 ? ",'unsafe':true" : "");
    if (i > 0 && i < size - 1 && random.nextInt(8) == 0) {
      flow.agent(id, "router", "{}").stepOf(id, id, more);
    } else {
      flow.step(id, more, "{'%s':%d,'prints':%s}".formatted(trouble, troubles, prints(i)));
    }
  }

  private String prints(int i) {
    String events = "";
    List<Integer> mine = children.get(i);
    if (!mine.isEmpty()) {
      // Only what no other step can start before is named: its only parent is this one.
      switch (random.nextInt(6)) {
        case 0 -> events = branch(mine.get(random.nextInt(mine.size())));
        case 1 -> events = scatter(mine.get(0));
        default -> {}
      }
      boolean isInstance = scattered.contains(i);
      if (events.contains("scatter") && (isInstance || hasOtherParents(i, mine.get(0)))) {
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
    switch (random.nextInt(4)) {
      case 0 -> flow.after(a, b, more); // no message ever comes along
      case 1 -> {
        String between = "r" + from + "_" + to;
        flow.agent(between, "router", "{}").after(a, b, more).mail(a, between).mail(between, b);
      }
      default -> flow.edge(a, b, more);
    }
  }
}
