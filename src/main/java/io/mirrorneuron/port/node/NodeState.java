package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.mirrorneuron.port.node.NodeUpkeep.Maintenance;
import java.util.Locale;
import java.util.Objects;

/**
 * What is decided of a node, whether it lives or not; all nodes on one store see the same.
 *
 * @param node its name
 * @param status as it was decided; {@link NodeCondition#OFFLINE} only where it is told to somebody
 * @param schedulingEligible whether work may be placed on it
 * @param operatorDisconnect whether its operator has taken it out
 * @param reason of the status, or null
 * @param nodeRole {@code main} or {@code worker}, as it told; null when it told nothing
 * @param self whether it is the node that answers; null where that is not told
 * @param displayName as it told, or null
 * @param hostname as it told, or null
 * @param health what went wrong on it for reasons of its own
 * @param updatedAt ISO-8601 in UTC; null when nothing was ever decided
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeState(
    String node,
    NodeCondition status,
    boolean schedulingEligible,
    boolean operatorDisconnect,
    String reason,
    DrainState drain,
    Maintenance maintenance,
    String nodeRole,
    @JsonProperty("self") Boolean self,
    String displayName,
    String hostname,
    NodeHealth health,
    String updatedAt) {

  public NodeState {
    health = Objects.requireNonNullElse(health, NodeHealth.NONE);
    drain = Objects.requireNonNullElse(drain, DrainState.NONE);
    maintenance = Objects.requireNonNullElse(maintenance, Maintenance.NONE);
  }

  /** A node of which nothing was decided. */
  public static NodeState of(String node) {
    return new NodeState(
        node,
        NodeCondition.HEALTHY,
        true,
        false,
        null,
        DrainState.NONE,
        Maintenance.NONE,
        null,
        null,
        null,
        null,
        NodeHealth.NONE,
        null);
  }

  /** Whether nobody would miss what is noted of it, once it is gone for good. */
  @JsonIgnore
  public boolean isUndecided() {
    return with(NodeHealth.NONE).at(null).equals(of(node));
  }

  /**
   * Whether its server ends, or has ended, in good order, so that nobody need reach it: it is told
   * to end, or no server is on it that has begun and not ended.
   */
  @JsonIgnore
  public boolean isLeaving() {
    boolean isReportedToEnd =
        drain.isOfEnd() && (drain.isOpen() || status == NodeCondition.DRAINING);
    return isReportedToEnd || health.upSince() == null;
  }

  public NodeState with(NodeCondition status, boolean schedulingEligible, String reason) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        maintenance,
        nodeRole,
        self,
        displayName,
        hostname,
        health,
        updatedAt);
  }

  public NodeState with(DrainState other) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        other,
        maintenance,
        nodeRole,
        self,
        displayName,
        hostname,
        health,
        updatedAt);
  }

  public NodeState with(Maintenance other) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        other,
        nodeRole,
        self,
        displayName,
        hostname,
        health,
        updatedAt);
  }

  public NodeState with(NodeHealth other) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        maintenance,
        nodeRole,
        self,
        displayName,
        hostname,
        other,
        updatedAt);
  }

  /**
   * The state that a change leads to, with what follows from it: a node that is something else than
   * in quarantine is so no more. When it was not time that ended it, the next one is the first.
   */
  public NodeState after(NodeState before, String at) {
    boolean isOver =
        before.status == NodeCondition.QUARANTINED && status != NodeCondition.QUARANTINED;
    boolean isSaid = health.quarantine() != null && health.quarantine().endedAt() != null;
    return (isOver && !isSaid ? with(health.forgiven(at)) : this).at(at);
  }

  /** The same, taken out of the cluster by its operator, or not any more. */
  public NodeState disconnected(boolean isOut) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        isOut,
        reason,
        drain,
        maintenance,
        nodeRole,
        self,
        displayName,
        hostname,
        health,
        updatedAt);
  }

  /** The same with what the node told of itself. */
  public NodeState reported(String role, String shownAs, String host) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        maintenance,
        role,
        self,
        shownAs,
        host,
        health,
        updatedAt);
  }

  /** The same as it is told to somebody. */
  public NodeState shown(boolean isSelf) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        maintenance,
        nodeRole,
        isSelf,
        displayName,
        hostname,
        health,
        updatedAt);
  }

  public NodeState at(String time) {
    return new NodeState(
        node,
        status,
        schedulingEligible,
        operatorDisconnect,
        reason,
        drain,
        maintenance,
        nodeRole,
        self,
        displayName,
        hostname,
        health,
        time);
  }

  /** How a node is. */
  public enum NodeCondition {
    HEALTHY,
    /** It was announced, and has not been seen yet. */
    JOINING,
    /** Its operator wants no new work on it. */
    MAINTENANCE,
    /** Work leaves it. */
    DRAINING,
    /** Its operator has taken it out of the cluster. */
    DISCONNECTED,
    /** It sends no heartbeats. */
    OFFLINE,
    /** It is kept from work, because programs end on it that run elsewhere. */
    QUARANTINED,
    /** Nobody has heard of it. */
    UNKNOWN;

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** {@link #UNKNOWN} for words of a newer server. */
    @JsonCreator
    static NodeCondition of(String word) {
      for (NodeCondition condition : values()) {
        if (condition.word().equals(word)) {
          return condition;
        }
      }
      return UNKNOWN;
    }
  }

  /**
   * Something that went wrong on a node for reasons of the node.
   *
   * @param at ISO-8601 in UTC, by the clock of the node that noted it
   * @param about which job's program it was, which node noted it, or which start of the server
   * @param reason for people, at most {@link #LONGEST_REASON} characters
   */
  public record NodeFault(String at, Kind kind, String about, String reason) {
    public static final int LONGEST_REASON = 200;

    public NodeFault {
      reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    }

    /** What kinds there are. */
    public enum Kind {
      /** A program could not begin. */
      NOT_BEGUN,
      /** It sends heartbeats, and another node did not reach it. */
      UNREACHED,
      /** It was gone without having ended in good order, and is back. */
      RETURNED,
      /** Of a newer server. */
      OTHER;

      @JsonValue
      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }

      @JsonCreator
      static Kind of(String word) {
        for (Kind kind : values()) {
          if (kind.word().equals(word)) {
            return kind;
          }
        }
        return OTHER;
      }
    }
  }
}
