package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import io.mirrorneuron.port.PeerJobs.Command;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Passes a command to the node that owns the job, once, with an id and a deadline, and asks it for
 * facts that only the owner knows. Thread-safe.
 */
final class OwnerCalls {
  /** Below the clients' default deadline of ten seconds, above that of the owner. */
  private static final Duration PATIENCE = Duration.ofMillis(9500);

  /** Limit of owner look-ups per command: jobs move, and answers are lost. */
  private static final int READS = 3;

  private static final long MOVING_MS = 1000;
  private static final long REACHED_AGAIN_MS = 3000;

  private final JobStore store;
  private final Supplier<String> ids;
  private final RoutedJobs.Neighbours others;

  OwnerCalls(JobAccess access, RoutedJobs.Neighbours others) {
    this.store = access.store();
    this.ids = access.newJobs().suffixes();
    this.others = others;
  }

  /**
   * @param here takes commands to jobs of this node
   * @param there takes commands to jobs of another node
   * @throws MnException the command's own; in addition UNAVAILABLE {@link PeerJobs#UNREACHED} when
   *     nothing was changed, {@code may_have_happened} when that is unknown
   */
  <P, T> T ask(String jobId, P here, Function<Command, P> there, Function<P, T> command) {
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
        return command.apply(isHere ? here : there.apply(command(owner, id, left)));
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

  /**
   * The answer of the node that owns the job. Whatever the obstacle, this fails only when the job
   * is gone.
   *
   * @param stored the answer when this node owns the job itself, or is alone
   * @param there asks the other node
   * @param unreported the answer in place of the owner's, from its name and the obstacle
   */
  <T> T look(
      String jobId,
      T stored,
      Function<Command, T> there,
      BiFunction<String, String, T> unreported) {
    String owner = others.nodes().sawOthers() ? Answers.await(store.owner(jobId)) : null;
    if (owner == null || owner.equals(others.owner())) {
      return stored;
    }
    try {
      return there.apply(command(owner, "ask-" + ids.get(), PATIENCE));
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        throw e;
      }
      boolean isSilent = e.error().equals(PeerJobs.REPLY_LOST) || e.code() == ErrorCode.TIMEOUT;
      String why = isSilent ? "it does not answer" : e.getMessage();
      return unreported.apply(NodeRegistry.nameOf(owner), why);
    }
  }

  private Command command(String owner, String id, Duration left) {
    Optional<String> address = Answers.await(others.nodes().address(owner));
    return new Command(owner, address.orElseThrow(() -> gone(owner)), id, left);
  }

  /**
   * A living node announces its address, except in its first moments and in a runtime without an
   * endpoint.
   */
  private MnException gone(String owner) {
    boolean lives = Answers.await(others.nodes().living()).contains(owner);
    return new MnException(
        ErrorCode.UNAVAILABLE,
        PeerJobs.UNREACHED,
        lives
            ? "it has not announced its gRPC address"
            : "it is gone, and another node takes its jobs over within "
                + others.nodes().lifetime().words());
  }

  private static MnException unreached(String jobId, String owner, MnException why) {
    String words = "job %s is open on node %s, which this one does not reach: %s; %s";
    return new MnException(
            ErrorCode.UNAVAILABLE,
            PeerJobs.UNREACHED,
            words.formatted(
                jobId, NodeRegistry.nameOf(owner), why.getMessage(), "nothing was changed"),
            null,
            why)
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  private static MnException unknown(String jobId, String owner) {
    String words =
        "node %s, on which job %s is open, did not answer: what was asked of it may have happened;"
            + " look at the job before you ask again";
    return new MnException(
            ErrorCode.UNAVAILABLE,
            "may_have_happened",
            words.formatted(NodeRegistry.nameOf(owner), jobId))
        .withRetryAfter(REACHED_AGAIN_MS);
  }

  private static MnException moving(String jobId) {
    return MnException.unavailable(
            "job " + jobId + " is on its way to another node; nothing was changed, try again", null)
        .withRetryAfter(MOVING_MS);
  }
}
