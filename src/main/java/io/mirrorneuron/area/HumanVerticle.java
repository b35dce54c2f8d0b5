package io.mirrorneuron.area;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.bus.PageMerge;
import io.mirrorneuron.bus.RunRoute;
import io.mirrorneuron.human.Person;
import io.mirrorneuron.human.RequestAction;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.JobsPort.HumanDecision;
import io.mirrorneuron.run.human.DecisionService;
import io.mirrorneuron.run.human.HumanInbox;
import io.mirrorneuron.run.human.InboxOrder;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

public final class HumanVerticle extends AreaVerticle {
  private static final int LIMIT = 64;

  private final HumanInbox inbox;
  private final Decisions decisions;

  public HumanVerticle(JobsPort jobs, DecisionService service, HumanInbox inbox) {
    super("human", LIMIT);
    this.inbox = inbox;
    this.decisions = new Decisions(jobs, service);
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
    on("respondToRunHuman", on(RequestAction.Kind.RESPOND));
    on("claimRunHuman", on(RequestAction.Kind.CLAIM));
    on("releaseRunHuman", on(RequestAction.Kind.RELEASE));
    on(
        "acknowledgeRunNotice",
        call ->
            service.acknowledge(
                call.text("run_id"), call.text("notice_id"), call.body(), person(call)));
  }

  private Operation on(RequestAction.Kind kind) {
    return call ->
        decisions.act(
            call.text("run_id"),
            new RequestAction(kind, call.text("request_id"), call.body(), person(call)));
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

  /**
   * Passes decisions to the owner of the request: the job for requests of its steps, the file of
   * the run for requests of programs. The job is asked first, because programs may write into the
   * file; a request that the file attributes to a program can be answered while the job is
   * unreachable.
   */
  private static final class Decisions {
    /** Error codes of a runtime without that request: of this project's and of the original one. */
    private static final Set<ErrorCode> NOT_OF_THE_JOB =
        Set.of(ErrorCode.NOT_FOUND, ErrorCode.UNIMPLEMENTED);

    private final JobsPort jobs;
    private final DecisionService service;

    Decisions(JobsPort jobs, DecisionService service) {
      this.jobs = jobs;
      this.service = service;
    }

    ObjectNode act(String runId, RequestAction act) {
      // In this order, because the run's folder may be on another node, which the job knows.
      return Stream.<Supplier<Optional<String>>>of(
              () -> RunId.job(runId), () -> service.jobOf(runId))
          .flatMap(named -> named.get().stream())
          .distinct()
          .flatMap(jobId -> ofJob(jobId, runId, act).stream())
          .findFirst()
          .orElseGet(() -> service.act(runId, act));
    }

    /** Empty when the job has no such request. */
    private Optional<ObjectNode> ofJob(String jobId, String runId, RequestAction act) {
      HumanDecision decision =
          new HumanDecision(
              runId,
              act.requestId(),
              act.kind().word(),
              act.by().signs(act.body().deepCopy()),
              act.by().verified() ? act.by().name() : null);
      try {
        return Optional.of(jobs.decide(jobId, decision));
      } catch (MnException e) {
        boolean notThere = NOT_OF_THE_JOB.contains(e.code());
        if (notThere || e.code().retryable() && service.isOfProgram(runId, act.requestId())) {
          return Optional.empty();
        }
        throw e;
      }
    }
  }

  /** The area {@code human}: requests to people, and what they decide. */
  public static final class HumanModule {
    private HumanModule() {}

    public static AreaVerticle of(Platform platform) {
      return new HumanVerticle(
          platform.jobs(), platform.decisions().service(), platform.decisions().inbox());
    }
  }
}
