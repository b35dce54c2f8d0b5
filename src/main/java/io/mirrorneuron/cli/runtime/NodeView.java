package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.Output;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance.DrainCancelled;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMaintenance.MaintenanceChange;
import io.mirrorneuron.port.node.NodeMaintenance.Quarantine;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeMembers.HostJoin.Joined;
import io.mirrorneuron.port.node.NodeMembers.Member;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import java.util.Map;

/** Prints the stored decisions about a node. */
record NodeView(Output output) {

  void joined(Joined joined) {
    if (joined.wasThere()) {
      output.line(Output.printable(joined.member().node()) + " was a member already.");
    }
    member(joined.member());
  }

  void member(Member member) {
    output.line("Status: " + Output.printable(member.status()));
    output.line("Node: " + Output.printable(member.node()));
    next();
  }

  void report(NodeReport report) {
    lines(report.node(), report.status().word(), report.nodeState().reason());
    eligible(report.schedulingEligible());
    if (report.drain().status() != null) {
      drain(report.drain());
    }
    if (Boolean.TRUE.equals(report.maintenance().enabled())) {
      output.line("Maintenance: since " + output.time(report.maintenance().updatedAt()));
    }
    if (report.status() == NodeCondition.QUARANTINED) {
      quarantine(report.nodeState().health().quarantine());
    }
    report.nodeState().health().faults().forEach(this::fault);
  }

  private void quarantine(Quarantine quarantine) {
    output.line("Quarantine: since " + output.time(quarantine.since()));
    output.line(
        "  ends: "
            + (quarantine.untilAt() == null ? "" : output.time(quarantine.untilAt()) + ", or ")
            + "with mn node undrain --mark-eligible");
  }

  private void fault(NodeFault fault) {
    output.line(
        "Fault: %s, %s, %s"
            .formatted(
                output.time(fault.at()), fault.kind().word(), Output.printable(fault.reason())));
  }

  private void drain(DrainState drain) {
    output.line("Drain: " + Output.printable(drain.status()));
    output.line("  started: " + output.time(drain.startedAt()));
    output.line("  deadline: " + output.time(drain.deadlineAt()));
    if (drain.counters() != null) {
      counters(drain.counters());
    }
  }

  private void counters(Map<String, Integer> counters) {
    counters.forEach((name, count) -> output.line("  " + Output.printable(name) + ": " + count));
    int reviewed = counters.getOrDefault(DrainAction.PAUSED, 0);
    if (reviewed > 0) {
      output.line(
          "Paused: %d of these jobs %s for a person: mn job unfinished lists them, mn job resume has"
                  .formatted(reviewed, reviewed == 1 ? "waits" : "wait")
              + " one go on");
    }
  }

  void drain(DrainReport report) {
    String status = report.wouldStatus() == null ? report.status() : report.wouldStatus();
    lines(
        report.node(), (report.wouldStatus() == null ? "" : "would be ") + status, report.reason());
    output.line("Deadline: " + output.time(report.deadlineAt()));
    if (report.replaced() != null) {
      output.line(replaced(report.replaced(), report.wouldStatus() != null));
    }
    report
        .actions()
        .forEach(
            action ->
                output.line(
                    Output.printable(
                        "  %s: %s, %s"
                            .formatted(action.jobId(), action.status(), action.reason()))));
    next();
  }

  /**
   * @param isSupposed whether it is only said what would happen
   */
  String replaced(DrainState drain, boolean isSupposed) {
    return Output.printable(
        "%s a drain that was under way since %s, until %s, for the reason: %s"
            .formatted(
                isSupposed ? "Would replace" : "Replaces",
                output.time(drain.startedAt()),
                output.time(drain.deadlineAt()),
                drain.reason()));
  }

  void undrained(DrainCancelled answer) {
    String status =
        Boolean.FALSE.equals(answer.wasDraining())
            ? answer.nodeState().status().word()
            : answer.status();
    lines(answer.node(), status, answer.reason());
    eligible(answer.schedulingEligible());
    note(answer.message());
    next();
  }

  void reconciled(Reconciliation answer) {
    lines(answer.node(), answer.status(), answer.reason());
    output.line(
        "Jobs: %d checked, %d recovered, %d skipped, %d failed"
            .formatted(answer.checked(), answer.recovered(), answer.skipped(), answer.failed()));
    answer
        .jobs()
        .forEach(
            job ->
                output.line(
                    Output.printable(
                        "  %s: %s, %s".formatted(job.jobId(), job.action(), job.reason()))));
    note(answer.message());
    next();
  }

  void maintenance(MaintenanceChange change) {
    lines(change.node(), change.status().word(), change.reason());
    eligible(change.schedulingEligible());
    next();
  }

  private void lines(String node, String status, String reason) {
    output.line("Status: " + Output.printable(status));
    output.line("Node: " + Output.printable(node));
    if (reason != null) {
      output.line("Reason: " + Output.printable(reason));
    }
  }

  private void eligible(boolean isEligible) {
    output.line("Scheduling eligible: " + (isEligible ? "yes" : "no"));
  }

  private void note(String message) {
    if (message != null) {
      output.line("Note: " + Output.printable(message));
    }
  }

  private void next() {
    output.line("Next: mn node list");
  }
}
