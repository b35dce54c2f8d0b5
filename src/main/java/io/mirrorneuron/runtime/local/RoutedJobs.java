package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.PeerJobs.Command;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The jobs of all nodes on one store. What this node cannot do, as the job is open on another one,
 * that one is asked for; so a node that is alone asks nobody and reads nothing more than without.
 * What every node can tell or do is told and done here.
 *
 * <p>A proxy, because all calls are passed on alike: each method of {@link JobsPort} whose first
 * parameter is a job's id and that fails as {@link PeerJobs#NOT_OWNER}.
 */
public final class RoutedJobs implements InvocationHandler {
  /** Below the deadline of ten seconds that clients set by default, above that of the owner. */
  private static final Duration PATIENCE = Duration.ofMillis(9500);

  /** How often the owner is read for a command: jobs move, and answers are lost. */
  private static final int READS = 3;

  private static final long MOVING_MS = 1000;
  private static final long REACHED_AGAIN_MS = 3000;

  private final JobsPort here;
  private final JobStore store;
  private final DeadLetters letters;
  private final Supplier<String> ids;
  private final Neighbours others;

  /**
   * The other nodes, as this one sees them.
   *
   * @param owner this node as the owner of jobs
   */
  public record Neighbours(String owner, NodeRegistry nodes, PeerJobs peers) {}

  private RoutedJobs(JobsPort here, JobAccess access, Neighbours others) {
    this.here = here;
    this.store = access.store();
    this.letters = new DeadLetters(access.engine(), access.history());
    this.ids = access.newJobs().suffixes();
    this.others = others;
  }

  /**
   * @param here the jobs of this node, which asks nobody else
   */
  public static JobsPort of(JobsPort here, JobAccess access, Neighbours others) {
    return (JobsPort)
        Proxy.newProxyInstance(
            JobsPort.class.getClassLoader(),
            new Class<?>[] {JobsPort.class},
            new RoutedJobs(here, access, others));
  }

  @Override
  public Object invoke(Object all, Method method, Object[] arguments) throws Throwable {
    try {
      return call(here, method, arguments);
    } catch (MnException refused) {
      if (!refused.error().equals(PeerJobs.NOT_OWNER)) {
        throw refused;
      }
    }
    String jobId = (String) arguments[0];
    if (method.getName().equals("replayDeadLetter")) {
      JobsPort jobs = (JobsPort) all; // a message that is sent has an id, so it counts once
      return letters.replay(
          jobId, (int) arguments[1], (to, message) -> jobs.send(jobId, to, message.json()));
    }
    return elsewhere(jobId, method, arguments);
  }

  private static Object call(JobsPort jobs, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(jobs, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Object elsewhere(String jobId, Method method, Object[] arguments) throws Throwable {
    String id = "cmd-" + ids.get();
    long until = System.nanoTime() + PATIENCE.toNanos();
    String lostBy = null;
    for (int read = 1; read <= READS; read++) {
      String owner = Answers.await(store.owner(jobId));
      Duration left = Duration.ofNanos(until - System.nanoTime());
      if (!left.isPositive()) {
        break;
      }
      try {
        boolean isHere = owner == null || owner.equals(others.owner());
        return call(isHere ? here : others.peers().at(command(owner, id, left)), method, arguments);
      } catch (MnException e) {
        if (e.error().equals(PeerJobs.REPLY_LOST) || e.code() == ErrorCode.TIMEOUT) {
          lostBy = owner;
        } else if (e.error().equals(PeerJobs.UNREACHED)) {
          throw lostBy == null ? unreached(jobId, owner, e) : unknown(jobId, lostBy);
        } else if (!e.error().equals(PeerJobs.NOT_OWNER)) {
          throw e;
        }
      }
    }
    throw lostBy == null ? moving(jobId) : unknown(jobId, lostBy);
  }

  private Command command(String owner, String id, Duration left) {
    Optional<String> address = Answers.await(others.nodes().address(owner));
    return new Command(owner, address.orElseThrow(() -> gone(owner)), id, left);
  }

  /** What lives tells where it is, except in the first moment and a runtime without a door. */
  private MnException gone(String owner) {
    boolean lives = Answers.await(others.nodes().living()).contains(owner);
    return new MnException(
        ErrorCode.UNAVAILABLE,
        PeerJobs.UNREACHED,
        lives
            ? "it has told nobody where its gRPC port is"
            : "it is gone, and another node takes its jobs over within "
                + NodeRegistry.LIFETIME_MS / 1000
                + " s");
  }

  private static MnException unreached(String jobId, String owner, MnException why) {
    return new MnException(
            ErrorCode.UNAVAILABLE,
            PeerJobs.UNREACHED,
            "job %s is open on node %s, which this one does not reach: %s; nothing was changed"
                .formatted(jobId, NodeRegistry.nameOf(owner), why.getMessage()),
            null,
            why)
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  private static MnException unknown(String jobId, String owner) {
    return new MnException(
            ErrorCode.UNAVAILABLE,
            "may_have_happened",
            "node %s, on which job %s is open, did not answer: what was asked of it may have happened; look at the job before you ask again"
                .formatted(NodeRegistry.nameOf(owner), jobId))
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  private static MnException moving(String jobId) {
    return MnException.unavailable(
            "job " + jobId + " is on its way to another node; nothing was changed, try again", null)
        .withRetryAfter(MOVING_MS);
  }
}
