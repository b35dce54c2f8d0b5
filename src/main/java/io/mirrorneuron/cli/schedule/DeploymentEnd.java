package io.mirrorneuron.cli.schedule;

import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.Client;
import io.mirrorneuron.cli.ExitCode;
import io.mirrorneuron.port.schedule.DeploymentView;
import io.mirrorneuron.port.schedule.DeploymentView.Result;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows what a command has led to: at once, or when it is over or awaits its promotion. A pause
 * ends nothing: it is told, and waited for.
 *
 * @param waits for that
 */
record DeploymentEnd(Client client, MirrorNeuron mn, boolean waits) {
  private static final long LOOK_MS = 500;

  /** Returns the exit code. */
  int show(Result result) throws InterruptedException {
    if (!waits) {
      client.print(result, told -> ShownDeployments.result(client, told));
      return ExitCode.OK;
    }
    DeploymentView last = result.deployment();
    String told = "";
    while (isUnderWay(last)) {
      told = tell(last, told);
      new CountDownLatch(1).await(LOOK_MS, TimeUnit.MILLISECONDS);
      last = mn.deployments().get(result.deploymentId());
    }
    Result end =
        new Result(
            last.with(null),
            result.version(),
            last.jobId(),
            last.status(),
            last.deploymentId(),
            last.deploymentKey());
    client.print(end, shown -> ShownDeployments.result(client, shown));
    return last.status().equals("failed") ? ExitCode.FAILED : ExitCode.OK;
  }

  private static boolean isUnderWay(DeploymentView now) {
    return now.status().equals("running") || isPaused(now);
  }

  private static boolean isPaused(DeploymentView now) {
    return now.status().equals("paused");
  }

  /** What it waits for, each thing once. */
  private String tell(DeploymentView now, String before) {
    String step =
        isPaused(now)
            ? "paused; to let it go on: mn deployment resume " + now.deploymentKey()
            : ShownDeployments.progress(now);
    if (!step.equals(before)) {
      client.complain(now.deploymentId() + ": " + step);
    }
    return step;
  }
}
