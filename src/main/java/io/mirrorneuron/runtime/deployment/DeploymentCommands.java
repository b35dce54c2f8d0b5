package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.deployment.Deployment.Clocks;
import io.mirrorneuron.runtime.deployment.Deployment.Phase;
import io.mirrorneuron.runtime.deployment.Deployment.Status;
import java.util.List;
import java.util.Map;

/** Commands to an open deployment; a command that does not fit its status is refused. */
final class DeploymentCommands {
  private final DeployedKey line;
  private final DeploymentDraft draft;
  private final DeploymentTurn turn;

  DeploymentCommands(DeployedKey line, DeploymentDraft draft) {
    this.line = line;
    this.draft = draft;
    this.turn = new DeploymentTurn(draft);
  }

  /**
   * @throws MnException PRECONDITION when it is refused
   */
  void obey(DeploymentInput.Command command) {
    if (command.number() != draft.number) {
      throw MnException.precondition(
          "deployment %s is over: %s is the newest of its key"
              .formatted(line.deploymentId(command.number()), line.deploymentId()));
    }
    switch (command) {
      case DeploymentInput.Promote promote -> promote();
      case DeploymentInput.Pause pause -> pause(pause.reason());
      case DeploymentInput.Resume resume -> resume(resume.reason());
      case DeploymentInput.Fail fail -> fail(fail.reason());
    }
  }

  private void promote() {
    require("awaiting_promotion", Status.AWAITING_PROMOTION);
    draft.status = Status.RUNNING;
    draft.clocks = new Clocks(draft.clocks.batchAt(), draft.now, 0); // no deadline ran meanwhile
    draft.tell("deployment_running");
    turn.goOn();
  }

  private void pause(String reason) {
    if (draft.status != Status.PAUSED) {
      require("running or awaiting_promotion", Status.RUNNING, Status.AWAITING_PROMOTION);
      requireMayStop();
      draft.status = Status.PAUSED;
      draft.clocks = new Clocks(draft.clocks.batchAt(), draft.clocks.progressAt(), draft.now);
      draft.tell("deployment_paused", said(reason));
    }
  }

  private void resume(String reason) {
    if (draft.status == Status.RUNNING) {
      return;
    }
    require("paused", Status.PAUSED);
    draft.clocks = draft.clocks.resumed(draft.now);
    draft.status = Status.RUNNING;
    draft.tell("deployment_running", said(reason));
    boolean isCanary = draft.batch == 0 && draft.plan.awaitsPromotion();
    if (draft.phase == Phase.HOLDING && isCanary) {
      draft.status = Status.AWAITING_PROMOTION;
    } else if (draft.phase == Phase.HOLDING) {
      turn.goOn();
    }
  }

  private static Map<String, Object> said(String reason) {
    return reason == null ? Map.of() : Map.of("reason", reason);
  }

  private void fail(String reason) {
    require(
        "running, awaiting_promotion or paused",
        Status.RUNNING,
        Status.AWAITING_PROMOTION,
        Status.PAUSED);
    requireMayStop();
    turn.failOnceKnown(reason == null ? "somebody had it fail" : reason);
  }

  private void require(String expected, Status... any) {
    if (!List.of(any).contains(draft.status)) {
      throw MnException.precondition(
          "deployment is %s, expected %s".formatted(draft.status.word(), expected));
    }
  }

  /** A deployment that reverts, or can no longer revert, must not be stopped. */
  private void requireMayStop() {
    boolean mayNot =
        switch (draft.phase) {
          case SWITCHING, RETIRING, REVERTING, RETURNING, STOPPING -> true;
          default -> false;
        };
    if (mayNot) {
      throw MnException.precondition(
          "deployment %s is about to be over".formatted(line.deploymentId()));
    }
  }
}
