package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import java.io.InputStream;
import java.time.Duration;

/** Port: programs of this node's jobs on other nodes. Blocking; thread-safe. */
public interface PeerPrograms {
  /** Of a refusal: a later owner of the job was there, so this one may not decide any more. */
  String FENCED = "fenced";

  /** Of a node that knows no other. */
  PeerPrograms NONE =
      new PeerPrograms() {
        @Override
        public Talk open(Peer peer, Opening opening, byte[] record) {
          throw alone();
        }

        @Override
        public byte[] describe(Peer peer) {
          throw alone();
        }

        @Override
        public InputStream bundle(Peer peer, String fingerprint) {
          throw alone();
        }

        private MnException alone() {
          return new MnException(
              ErrorCode.UNAVAILABLE, PeerJobs.UNREACHED, "this node asks no other");
        }
      };

  /**
   * Another node.
   *
   * @param owner as the owner of jobs
   * @param address {@code host:port}
   */
  record Peer(String owner, String address) {}

  /**
   * What is asked of one execution.
   *
   * @param owner of the job, who asks
   * @param epoch under which it owns the job
   * @param after events up to this number are known
   */
  record Opening(String executionId, String jobId, String owner, long epoch, long after) {
    /** The same once events up to another number are known. */
    public Opening after(long number) {
      return new Opening(executionId, jobId, owner, epoch, number);
    }
  }

  /**
   * A part of an event.
   *
   * @param number of the event; 0 is a sign of life
   * @param more whether another part of it follows
   */
  record Part(long number, String kind, String name, byte[] body, boolean more) {}

  /**
   * Begins an execution there, or goes on with hearing of it.
   *
   * @param record of the execution; null when none is to be begun
   * @throws MnException UNAVAILABLE {@link PeerJobs#UNREACHED} when nothing was sent
   */
  Talk open(Peer peer, Opening opening, byte[] record);

  /**
   * The node as placement sees it, as JSON.
   *
   * @throws MnException UNAVAILABLE when it does not answer
   */
  byte[] describe(Peer peer);

  /**
   * Payload files that the node has.
   *
   * @throws MnException NOT_FOUND when it has not
   */
  InputStream bundle(Peer peer, String fingerprint);

  /** What one execution is told and tells. Read by one thread; written by any. */
  interface Talk extends AutoCloseable {
    /**
     * The next part; null when none has come in this time.
     *
     * @throws MnException NOT_FOUND without such an execution; PRECONDITION {@link #FENCED};
     *     UNAVAILABLE when the connection is lost
     */
    Part next(Duration atMost) throws InterruptedException;

    /** Events up to this number are where they belong. */
    void acknowledge(long number);

    /** Ends the program. */
    void stop();

    @Override
    void close();
  }
}
