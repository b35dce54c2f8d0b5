package io.mirrorneuron.area.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.PageMerge;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.human.HumanAct;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.run.human.HumanDesk;
import io.mirrorneuron.run.human.HumanInbox;
import io.mirrorneuron.run.human.InboxOrder;

/** The area {@code human}. */
public final class HumanVerticle extends AreaVerticle {
  private static final int LIMIT = 64;

  private final HumanInbox inbox;
  private final Decisions decisions;

  public HumanVerticle(JobsPort jobs, HumanDesk desk, HumanInbox inbox) {
    super("human", LIMIT);
    this.inbox = inbox;
    this.decisions = new Decisions(jobs, desk);
    on("listHuman", this::listHuman);
    ofAllNodes(
        "listHuman",
        new PageMerge((call, row) -> InboxOrder.cursor(row, isByDue(call)), InboxOrder::compare));
    on("listRunHuman", this::listRunHuman);
    ofRuns(RunRoute.Kind.READ, "listRunHuman");
    ofRuns(
        RunRoute.Kind.ACT,
        "respondToRunHuman",
        "claimRunHuman",
        "releaseRunHuman",
        "acknowledgeRunNotice");
    on("respondToRunHuman", on(HumanAct.Kind.RESPOND));
    on("claimRunHuman", on(HumanAct.Kind.CLAIM));
    on("releaseRunHuman", on(HumanAct.Kind.RELEASE));
    on(
        "acknowledgeRunNotice",
        call ->
            desk.acknowledge(
                call.text("run_id"), call.text("notice_id"), call.body(), person(call)));
  }

  private Operation on(HumanAct.Kind kind) {
    return call ->
        decisions.act(
            call.text("run_id"),
            new HumanAct(kind, call.text("request_id"), call.body(), person(call)));
  }

  private static Person person(ApiCall call) {
    return Person.of(call.body(), call.text("X-MN-User"), call.subject());
  }

  private static boolean isByDue(ApiCall call) {
    return call.text("sort").equals("due");
  }

  private ObjectNode listHuman(ApiCall call) {
    return inbox.page(
        new HumanInbox.Query(
            call.text("status"),
            isByDue(call),
            (int) call.integer("limit"),
            call.text("cursor"),
            call.text("run_id"),
            call.text("blueprint_id"),
            call.text("by")));
  }

  private ObjectNode listRunHuman(ApiCall call) {
    return inbox.ofRun(call.text("run_id"), call.text("status"));
  }
}
