package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentSettings.AgentPolicies;
import io.mirrorneuron.runtime.workflow.NodeAttributes;
import io.mirrorneuron.runtime.workflow.RestartPolicy;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.runtime.workflow.RestartPolicy.DelayFunction;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Restarting;
import io.mirrorneuron.runtime.workflow.RestartPolicy.WhenExhausted;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint;
import io.mirrorneuron.runtime.workflow.Scheduling.Constraint.Operator;
import io.mirrorneuron.runtime.workflow.Scheduling.Strategy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.Versions;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The policies of a workflow; the defaults for its agents.
 *
 * @param place where they are written
 */
record Policies(ManifestValue place, AgentPolicies ofWorkflow) {
  private static final Members MEMBERS =
      Members.closed("recovery_mode", "job_type", "scheduler_strategy", "restart", "reschedule")
          .with(null, "backpressure", "stream_mode", "constraints")
          .with(Shape.COUNT, "max_agent_restart_attempts")
          .with(Shape.STRING, "placement_policy", "deployment_key")
          .with(Shape.OBJECT, "scheduler", "update")
          .ignoring("spreads agents by scheduler_strategy only", "spread");
  private static final Members OF_AGENT =
      MEMBERS.ignoring("updates jobs as a whole", "update", "deployment_key");
  private static final Members SCHEDULER =
      Members.closed("job_type", "strategy", "constraints").with(Shape.NAME, "preferred_node");
  private static final Members BACKPRESSURE =
      Members.closed()
          .with(Shape.POSITIVE, "max_queue_depth")
          .with(Shape.COUNT, "high_watermark", "low_watermark")
          .with(Shape.MILLIS, "retry_after_ms")
          .ignoring("knows mailboxes only", "drop_policy", "max_concurrency", "queue_size");

  /** The given policies, else the defaults for the type of job; reports errors. */
  static Policies read(ManifestValue root, JobType jobType, RecoveryMode mode) {
    ManifestValue place = root.find("policies");
    Scheduling anywhere = Scheduling.ANY.and(ConstraintReader.of(root.find("constraints")));
    boolean restarts = mode != RecoveryMode.MANUAL_RECOVER;
    boolean moves = mode == RecoveryMode.CLUSTER_RECOVER;
    boolean lasting = jobType == JobType.SERVICE || jobType == JobType.SYSTEM;
    ManifestValue most = place.at("max_agent_restart_attempts");
    Integer attempts = !restarts || Shape.COUNT.fits(most.value()) ? most.value().asInt() : null;
    Restarting usual = RestartPolicies.usual(lasting, moves, attempts);
    Restarting whenMoving =
        mode == RecoveryMode.AUTO ? RestartPolicies.usual(lasting, true, attempts) : usual;
    UpdatePolicies.read(place.find("update"));
    return new Policies(
        place,
        read(
            place,
            MEMBERS,
            new AgentPolicies(
                usual.restart(), usual.reschedule(), Backpressure.DEFAULT, anywhere, whenMoving)));
  }

  /** The policies of one agent: its own, else the workflow's. */
  AgentPolicies of(ManifestValue node) {
    AgentPolicies own = read(node.at("policies"), OF_AGENT, ofWorkflow);
    Backpressure backpressure = backpressure(node.find("config.backpressure"), own.backpressure());
    List<Constraint> more =
        Stream.of(
                ConstraintReader.of(node.find("constraints")),
                ConstraintReader.of(node.find("config.constraints")),
                ConstraintReader.ofAttributes(node.find("placement_requirements")))
            .flatMap(List::stream)
            .toList();
    return new AgentPolicies(
        own.restart(),
        own.reschedule(),
        backpressure,
        own.scheduling().and(more),
        own.whenMoving());
  }

  /** Warns of restart policies without effect, as the agent has retries of its own. */
  void warnUnused(ManifestValue node) {
    boolean ownTries = !node.find("config.max_attempts").isAbsent();
    ManifestValue own = node.find("policies.restart");
    ManifestValue written = own.isAbsent() ? place.at("restart") : own;
    if (ownTries && !written.isAbsent()) {
      node.warn(
          "%s has no effect on %s: its config.max_attempts says how often it is tried"
              .formatted(written.label(), node.label()));
    }
  }

  private static AgentPolicies read(ManifestValue place, Members members, AgentPolicies base) {
    place.checkMembers(members);
    place.checkWords(Set.of("fail", "delay"), "restart.mode");
    place.at("scheduler").checkMembers(SCHEDULER);
    Restarting here =
        RestartPolicies.read(place, new Restarting(base.restart(), base.reschedule()));
    return new AgentPolicies(
        here.restart(),
        here.reschedule(),
        backpressure(place.at("backpressure"), base.backpressure()),
        scheduling(place, base.scheduling()),
        RestartPolicies.read(place, base.whenMoving()));
  }

  private static Scheduling scheduling(ManifestValue place, Scheduling base) {
    place.checkWords(Set.of("binpack", "spread"), "scheduler_strategy", "scheduler.strategy");
    ManifestValue strategy = place.find("scheduler_strategy", "scheduler.strategy");
    ManifestValue preferred = place.find("scheduler.preferred_node");
    boolean isNamed = preferred.value().isTextual() && !preferred.text().isBlank();
    return new Scheduling(
            strategy.asWord(Strategy.class).orElse(base.strategy()),
            base.isChosen() || strategy.asWord(Strategy.class).isPresent(),
            isNamed ? preferred.text() : base.preferredNode(),
            base.constraints())
        .and(ConstraintReader.of(place.find("constraints")))
        .and(ConstraintReader.of(place.find("scheduler.constraints")));
  }

  /** A watermark that is not given is adjusted so that it does not contradict the given ones. */
  private static Backpressure backpressure(ManifestValue place, Backpressure base) {
    if (!place.check(Shape.OBJECT)) {
      return base;
    }
    place.checkMembers(BACKPRESSURE);
    int depth = Math.max(1, place.asInt("max_queue_depth", base.maxQueueDepth()));
    int high = place.asInt("high_watermark", Math.min(depth, base.highWatermark()));
    int low = place.asInt("low_watermark", Math.min(high, base.lowWatermark()));
    if (high > depth) {
      outOfOrder(place.at("high_watermark"), "max_queue_depth " + depth);
    } else if (low > high) {
      outOfOrder(place.at("low_watermark"), "high_watermark " + high);
    }
    return new Backpressure(depth, high, low, place.asInt("retry_after_ms", base.retryAfterMs()));
  }

  private static void outOfOrder(ManifestValue mark, String ceiling) {
    mark.error(
        ManifestProblem.CONFLICT,
        "%s must not be above %s: %s".formatted(mark.label(), ceiling, mark.shown()));
  }

  /** Reads {@code restart} and {@code reschedule}, with the defaults for the type of job. */
  private static final class RestartPolicies {
    private static final long DAY_MS = 24 * 3600 * 1000L;
    private static final Members MEMBERS =
        Members.closed("delay_function")
            .with(Shape.COUNT, "attempts")
            .with(Shape.MILLIS, "interval_ms", "delay_ms", "max_delay_ms");
    private static final Members RESTART = MEMBERS.with(null, "mode");
    private static final Members RESCHEDULE = MEMBERS.with(Shape.BOOLEAN, "unlimited");

    private RestartPolicies() {}

    /**
     * @param lasting whether the job runs until it is cancelled
     * @param moves whether an agent may move to another node when its restarts are used up
     * @param attempts number of restarts, or null for the default
     */
    static Restarting usual(boolean lasting, boolean moves, Integer attempts) {
      RestartPolicy restart = usualRestart(lasting, moves);
      RestartPolicy reschedule = usualReschedule(lasting);
      return new Restarting(
          attempts == null ? restart : withAttempts(restart, attempts),
          moves ? reschedule : withAttempts(reschedule, 0));
    }

    /** The given policies over the base; reports errors. */
    static Restarting read(ManifestValue policies, Restarting base) {
      return new Restarting(
          readRestart(policies.at("restart"), base.restart()),
          readReschedule(policies.at("reschedule"), base.reschedule()));
    }

    private static RestartPolicy usualRestart(boolean lasting, boolean moves) {
      WhenExhausted mode = lasting && !moves ? WhenExhausted.DELAY : WhenExhausted.FAIL;
      long window = lasting ? 600_000 : DAY_MS;
      return new RestartPolicy(3, false, window, 1000, DelayFunction.EXPONENTIAL, 30_000, mode);
    }

    private static RestartPolicy usualReschedule(boolean lasting) {
      return lasting
          ? new RestartPolicy(
              0, true, DAY_MS, 5000, DelayFunction.EXPONENTIAL, 300_000, WhenExhausted.FAIL)
          : new RestartPolicy(
              1, false, DAY_MS, 5000, DelayFunction.CONSTANT, 5000, WhenExhausted.FAIL);
    }

    private static RestartPolicy withAttempts(RestartPolicy base, int attempts) {
      return new RestartPolicy(
          attempts,
          false,
          base.intervalMs(),
          base.delayMs(),
          base.function(),
          base.maxDelayMs(),
          base.whenExhausted());
    }

    private static RestartPolicy readRestart(ManifestValue place, RestartPolicy base) {
      return read(
          place,
          RESTART,
          base,
          base.unlimited(),
          place.at("mode").asWord(WhenExhausted.class).orElse(base.whenExhausted()));
    }

    private static RestartPolicy readReschedule(ManifestValue place, RestartPolicy base) {
      // A given number of attempts means a limited number.
      boolean byDefault = base.unlimited() && !place.value().hasNonNull("attempts");
      return read(
          place, RESCHEDULE, base, place.asBoolean("unlimited", byDefault), base.whenExhausted());
    }

    private static RestartPolicy read(
        ManifestValue place,
        Members members,
        RestartPolicy base,
        boolean unlimited,
        WhenExhausted exhausted) {
      if (!place.check(Shape.OBJECT)) {
        return base;
      }
      place.checkMembers(members);
      place.checkWords(Set.of("constant", "exponential", "fibonacci"), "delay_function");
      long delay = place.find("delay_ms").value().asLong(base.delayMs());
      return new RestartPolicy(
          place.asInt("attempts", base.attempts()),
          unlimited,
          place.find("interval_ms").value().asLong(base.intervalMs()),
          delay,
          place.at("delay_function").asWord(DelayFunction.class).orElse(base.function()),
          Math.max(delay, place.find("max_delay_ms").value().asLong(base.maxDelayMs())),
          exhausted);
    }
  }

  /**
   * Reads constraints on nodes ({@code runtime.md} 1.5, 5.7): the name of a capability, an object
   * with attribute, operator and value, or a list of either. Other forms are errors in new
   * manifests and ignored in stored ones.
   */
  private static final class ConstraintReader {
    /** A hostile manifest has very many, and each is checked for each node. */
    private static final int MOST = 100;

    /** Longer names are no typing errors. */
    private static final int LONGEST_NAME = 64;

    /** Any word could be the correction of a shorter one. */
    private static final int SHORT_NAME = 6;

    private static final String CAPABILITIES = "capabilities";
    private static final String[] ATTRIBUTE = {"attribute", "target", "l_target", "lTarget"};
    private static final String[] OPERATOR = {"operator", "operand"};
    private static final String[] VALUE = {"value", "r_target", "rTarget"};
    private static final List<String> LIKE_OPERATORS =
        List.of("op", "comparator", "comparison", "compare", "cmp", "condition", "relation");
    private static final Members COMPARISON =
        Members.closed(OPERATOR).with(null, VALUE).meaning("value", "values", "val", "equals");
    private static final Members CONSTRAINT =
        COMPARISON
            .with(null, ATTRIBUTE)
            .meaning("attribute", "name", "key", "attr", "l_value", "left");
    private static final Map<String, Operator> OPERATORS =
        Map.ofEntries(
            Map.entry("=", Operator.EQUAL),
            Map.entry("==", Operator.EQUAL),
            Map.entry("is", Operator.EQUAL),
            Map.entry("in", Operator.EQUAL),
            Map.entry("!=", Operator.NOT_EQUAL),
            Map.entry("not", Operator.NOT_EQUAL),
            Map.entry(">", Operator.MORE),
            Map.entry(">=", Operator.AT_LEAST),
            Map.entry("<", Operator.LESS),
            Map.entry("<=", Operator.AT_MOST),
            Map.entry("contains", Operator.CONTAINS),
            Map.entry("set_contains", Operator.CONTAINS),
            Map.entry("regexp", Operator.MATCHES),
            Map.entry("regex", Operator.MATCHES),
            Map.entry("matches", Operator.MATCHES),
            Map.entry("exists", Operator.EXISTS),
            Map.entry("is_set", Operator.EXISTS),
            Map.entry("not_exists", Operator.ABSENT),
            Map.entry("is_not_set", Operator.ABSENT));

    private ConstraintReader() {}

    static List<Constraint> of(ManifestValue place) {
      if (place.isAbsent()) {
        return List.of();
      }
      List<ManifestValue> each = place.value().isArray() ? place.items() : List.of(place);
      if (each.size() > MOST) {
        place.refuse(
            ManifestProblem.LIMIT,
            "%s has %d entries; at most %d are allowed"
                .formatted(place.label(), each.size(), MOST));
      }
      return each.stream().limit(MOST).flatMap(one -> one(one).stream()).toList();
    }

    /** Each member is an attribute: its value, or an object with operator and value. */
    static List<Constraint> ofAttributes(ManifestValue place) {
      List<Constraint> found = new ArrayList<>();
      place.value().properties().stream()
          .limit(MOST)
          .map(Map.Entry::getKey)
          .forEach(
              name -> {
                ManifestValue wanted = place.at(name);
                boolean isCompared = wanted.value().isObject();
                checkMembers(wanted, COMPARISON);
                warnUnknown(wanted, plain(name));
                compared(wanted, name, isCompared ? wanted.find(VALUE) : wanted)
                    .ifPresent(found::add);
              });
      return found;
    }

    private static Optional<Constraint> one(ManifestValue place) {
      if (place.value().isTextual() && !place.text().isBlank()) {
        return Optional.of(
            new Constraint(CAPABILITIES, Operator.CONTAINS, List.of(place.text().strip())));
      }
      ManifestValue attribute = place.find(ATTRIBUTE);
      if (!attribute.value().isTextual() || attribute.text().isBlank()) {
        if (!place.value().isEmpty() || !place.value().isObject()) {
          place.refuse(
              ManifestProblem.SHAPE,
              place.label()
                  + " must be the name of a capability, or an object with attribute, operator and"
                  + " value");
        }
        return Optional.empty();
      }
      checkMembers(place, CONSTRAINT);
      warnUnknown(attribute, plain(attribute.text()));
      return compared(place, plain(attribute.text()), place.find(VALUE));
    }

    /** A misspelt operator would change or even reverse the constraint. */
    private static void checkMembers(ManifestValue place, Members members) {
      String[] mistaken =
          place.value().properties().stream()
              .limit(MOST)
              .filter(one -> isMistaken(one.getKey(), one.getValue()))
              .map(Map.Entry::getKey)
              .toArray(String[]::new);
      place.checkMembers(members.with(null, mistaken));
      for (String name : mistaken) {
        place
            .at(name)
            .refuse(
                ManifestProblem.UNKNOWN_MEMBER,
                "unknown member %s; did you mean operator?"
                    .formatted(place.at(name).named(ManifestValue.shown(name)).label()));
      }
    }

    private static boolean isMistaken(String name, JsonNode value) {
      String word = name.toLowerCase(Locale.ROOT);
      boolean isKnown =
          Stream.of(ATTRIBUTE, OPERATOR, VALUE).flatMap(Stream::of).anyMatch(name::equals);
      boolean isSign = value.isTextual() && OPERATORS.containsKey(value.textValue().strip());
      return !isKnown
          && name.length() <= LONGEST_NAME
          && (isSign
              || LIKE_OPERATORS.contains(word)
              || NearestMatch.of(word, List.of(OPERATOR)).isPresent());
    }

    /** Without <code>${attr. }</code> around the name, as in other systems. */
    private static String plain(String name) {
      String bare = name.strip();
      if (bare.startsWith("${") && bare.endsWith("}")) {
        bare = bare.substring(2, bare.length() - 1);
      }
      for (String prefix : List.of("attr.", "node.")) {
        bare = bare.startsWith(prefix) ? bare.substring(prefix.length()) : bare;
      }
      return bare.toLowerCase(Locale.ROOT);
    }

    private static Optional<Constraint> compared(
        ManifestValue place, String attribute, ManifestValue value) {
      ManifestValue word = place.find(OPERATOR);
      String written = word.isAbsent() ? "=" : word.asText().strip().toLowerCase(Locale.ROOT);
      Operator operator = OPERATORS.get(written.replace('-', '_'));
      if (operator == null) {
        word.refuse(
            ManifestProblem.UNSUPPORTED,
            "%s must be one of = != > >= < <= contains regexp exists not_exists: %s"
                .formatted(word.label(), word.shown()));
        return Optional.empty();
      }
      List<String> values = operator.needsValue() ? texts(value.value()) : List.of();
      if (operator.needsValue() && values.isEmpty()) {
        value.shouldBe("a text, a number, a boolean or a list of these");
        return Optional.empty();
      }
      Constraint read = new Constraint(plain(attribute), operator, values);
      return isSound(value, read) && isOrdered(value, word, read)
          ? Optional.of(read)
          : Optional.empty();
    }

    /** Whether attribute and values can be ordered, where the operator needs it. */
    private static boolean isOrdered(ManifestValue value, ManifestValue word, Constraint read) {
      if (!read.operator().asksForOrder()) {
        return true;
      }
      if (NodeAttributes.isText(read.attribute())) {
        word.shouldBe(
            "one of = != contains regexp exists not_exists, as %s is a text without an order"
                .formatted(read.attribute()));
        return false;
      }
      if (read.values().stream().allMatch(Versions::isNumberOrVersion)) {
        return true;
      }
      value.shouldBe("a number, or a version as 12.4, for the operator " + read.operator().word());
      return false;
    }

    /** Nodes have no such attribute, whatever their operators configure. */
    private static void warnUnknown(ManifestValue place, String attribute) {
      if (!NodeAttributes.isKnown(attribute)) {
        String shown = ManifestValue.shown(attribute);
        boolean isAlone = attribute.length() < SHORT_NAME || attribute.length() > LONGEST_NAME;
        String near =
            (isAlone ? Optional.<String>empty() : NearestMatch.of(attribute, NodeAttributes.ALL))
                .orElse(NodeAttributes.LABEL + shown);
        place.warn(
            "%s asks for %s, which no node has; did you mean %s? Labels of node.labels begin with %s"
                .formatted(place.label(), shown, near, NodeAttributes.LABEL));
      }
    }

    private static List<String> texts(JsonNode value) {
      Stream<JsonNode> each = value.isArray() ? value.valueStream() : Stream.of(value);
      List<JsonNode> all = each.toList();
      boolean areScalars = all.stream().allMatch(one -> one.isValueNode() && !one.isNull());
      return areScalars ? all.stream().map(JsonNode::asText).toList() : List.of();
    }

    private static boolean isSound(ManifestValue place, Constraint read) {
      if (read.operator() != Operator.MATCHES) {
        return true;
      }
      try {
        read.values().forEach(Pattern::compile);
        return true;
      } catch (PatternSyntaxException e) {
        place.shouldBe("a regular expression: " + e.getDescription());
        return false;
      }
    }
  }
}
