package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A step of a job without a ledger, which may come from another runtime: its status comes from
 * events and from its workers.
 */
final class UntrackedStep extends ShownStep {
  UntrackedStep(Plan.Step plan) {
    super(plan);
  }

  @Override
  boolean isAtWork() {
    return own.isAtWork();
  }

  @Override
  void start(long at) {
    own.start(at);
    super.start(at);
  }

  @Override
  void start(WorkState worker, long at) {
    own.start(at);
    super.start(worker, at);
  }

  @Override
  void attempt(WorkState worker, JobEvent event) {
    if (!isInstance(worker)) {
      own.attempt(event);
    }
    super.attempt(worker, event);
  }

  @Override
  void ready(WorkState worker) {
    subject(worker).ready();
  }

  @Override
  void end(WorkState worker, StepStatus how, long at) {
    super.end(worker, how, at);
    if (isInstance(worker)) {
      endWithWorkers(how, at);
    } else {
      own.end(how, at);
    }
  }

  @Override
  void fail(WorkState worker, ObjectNode error, long at) {
    end(worker, StepStatus.FAILED, at);
    subject(worker).fail(StepStatus.FAILED, error, at);
  }

  @Override
  void block(WorkState worker, String reason, long at) {
    subject(worker).block(reason, at);
  }

  /** The step is done when all its workers are. */
  @Override
  void workerDone(WorkState worker, StepStatus how, long at) {
    super.workerDone(worker, how, at);
    endWithWorkers(how, at);
  }

  /** The step fails with an agent, but not with an instance. */
  @Override
  void workerFailed(WorkState worker, StepStatus how, ObjectNode error, long at) {
    super.workerFailed(worker, how, error, at);
    if (!isInstance(worker)) {
      own.fail(how, error, at);
    }
  }

  private void endWithWorkers(StepStatus how, long at) {
    if (workers().stream().allMatch(one -> one.status == how || one.status.isOver())) {
      own.end(how, at);
    }
  }
}
