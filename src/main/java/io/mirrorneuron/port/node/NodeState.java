package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.mirrorneuron.port.node.NodeMaintenance.Maintenance;
import java.util.Locale;
import java.util.Objects;

/**
 * Stored decisions about a node, alive or not; the same for all nodes on one store.
 *
 * @param status as decided; {@link NodeCondition#OFFLINE} only in answers to callers
 * @param schedulingEligible whether work may be placed on it
 * @param operatorDisconnect whether its operator has removed it from the cluster
 * @param reason of the status, or null
 * @param nodeRole {@code main} or {@code worker}, as the node reported; null if it did not
 * @param self whether it is the answering node; null outside of answers
 * @param displayName as the node reported, or null
 * @param hostname as the node reported, or null
 * @param health failures that the node itself caused
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

  /** The default state, without decisions. */
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

  /**
   * Whether the record holds no decisions, so that it can be dropped once the node is gone for
   * good.
   */
  @JsonIgnore
  public boolean isUndecided() {
    return with(NodeHealth.NONE).at(null).equals(of(node));
  }

  /**
   * Whether its server is shutting down or has shut down cleanly, so that it need not be reachable:
   * it drains for its shutdown, or no server start is recorded.
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
   * Completes a change: a node with a status other than {@code QUARANTINED} leaves quarantine.
   * Unless the quarantine expired, the next one then counts as the first.
   */
  public NodeState after(NodeState before, String at) {
    boolean isOver =
        before.status == NodeCondition.QUARANTINED && status != NodeCondition.QUARANTINED;
    boolean isSaid = health.quarantine() != null && health.quarantine().endedAt() != null;
    return (isOver && !isSaid ? with(health.forgiven(at)) : this).at(at);
  }

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

  /** Returns a copy with the node's own report. */
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

  /** Returns a copy for an answer to a caller. */
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

  /** Status of a node. */
  public enum NodeCondition {
    HEALTHY,
    /** Announced and not seen yet. */
    JOINING,
    /** Its operator wants no new work on it. */
    MAINTENANCE,
    /** Work is being moved off it. */
    DRAINING,
    /** Its operator has taken it out of the cluster. */
    DISCONNECTED,
    /** It sends no heartbeats. */
    OFFLINE,
    /** Takes no work, because programs fail on it that run on other nodes. */
    QUARANTINED,
    /** No such node is known. */
    UNKNOWN;

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns {@link #UNKNOWN} for words of a newer server. */
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
   * A failure on a node that the node itself caused.
   *
   * @param at ISO-8601 in UTC, by the clock of the node that recorded it
   * @param about the program's job, the node that recorded it, or the start of the server
   * @param reason for people, at most {@link #LONGEST_REASON} characters
   */
  public record NodeFault(String at, Kind kind, String about, String reason) {
    public static final int LONGEST_REASON = 200;

    public NodeFault {
      reason = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
    }

    public enum Kind {
      /** A program could not be started. */
      NOT_BEGUN,
      /** It sends heartbeats, but another node could not reach it. */
      UNREACHED,
      /** It is back after a stop without a clean shutdown. */
      RETURNED,
      /** A kind written by a newer server. */
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
