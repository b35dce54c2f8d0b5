package io.mirrorneuron.area.human;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.run.human.HumanDesk;
import io.mirrorneuron.run.human.HumanInbox;
import io.mirrorneuron.run.human.Person;

/** The area {@code human}. */
public final class HumanVerticle extends AreaVerticle {
  private static final int LIMIT = 64;

  private final HumanInbox inbox;

  public HumanVerticle(HumanDesk desk, HumanInbox inbox) {
    super("human", LIMIT);
    this.inbox = inbox;
    on("listHuman", this::listHuman);
    on("listRunHuman", this::listRunHuman);
    on("respondToRunHuman", on("request_id", desk::answer));
    on("claimRunHuman", on("request_id", desk::claim));
    on("releaseRunHuman", on("request_id", desk::release));
    on("acknowledgeRunNotice", on("notice_id", desk::acknowledge));
  }

  @FunctionalInterface
  private interface Action {
    ObjectNode take(String runId, String id, ObjectNode body, Person by);
  }

  private static Operation on(String id, Action action) {
    return call ->
        action.take(
            call.text("run_id"),
            call.text(id),
            call.body(),
            Person.of(call.body(), call.text("X-MN-User"), call.subject()));
  }

  private ObjectNode listHuman(ApiCall call) {
    return inbox.page(
        new HumanInbox.Query(
            call.text("status"),
            call.text("sort").equals("due"),
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
