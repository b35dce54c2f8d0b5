package io.mirrorneuron.port.node;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.PeerJobs;
import java.io.InputStream;
import java.time.Duration;

/** Programs of this node's jobs on other nodes. Blocking. Thread-safe. */
public interface PeerPrograms {
  /** Error code: a later owner of the job exists, so this owner may not decide any more. */
  String FENCED = "fenced";

  /** For a node without peers. */
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
   * @param owner its id as an owner of jobs
   * @param address {@code host:port}
   */
  record Peer(String owner, String address) {}

  /**
   * Request about one execution.
   *
   * @param owner of the job, the caller
   * @param epoch under which it owns the job
   * @param after number of the last known event
   */
  record Opening(String executionId, String jobId, String owner, long epoch, long after) {
    public Opening after(long number) {
      return new Opening(executionId, jobId, owner, epoch, number);
    }
  }

  /**
   * A part of an event.
   *
   * @param number of the event; 0 is a keep-alive
   * @param more whether another part of the event follows
   */
  record Part(long number, String kind, String name, byte[] body, boolean more) {}

  /**
   * Begins an execution on another node, or reconnects to it.
   *
   * @param record of the execution; null to only reconnect
   * @throws MnException UNAVAILABLE {@link PeerJobs#UNREACHED} when nothing was sent
   */
  Talk open(Peer peer, Opening opening, byte[] record);

  /**
   * The node's state for placement, as JSON.
   *
   * @throws MnException UNAVAILABLE when it does not answer
   */
  byte[] describe(Peer peer);

  /**
   * Payload files stored on the node.
   *
   * @throws MnException NOT_FOUND when they are missing
   */
  InputStream bundle(Peer peer, String fingerprint);

  /** The stream of one execution: events in, commands out. Read by one thread; written by any. */
  interface Talk extends AutoCloseable {
    /**
     * The next part; null when none has come in this time.
     *
     * @throws MnException NOT_FOUND without such an execution; PRECONDITION {@link #FENCED};
     *     UNAVAILABLE when the connection is lost
     */
    Part next(Duration atMost) throws InterruptedException;

    /** Confirms that events up to this number are durable. */
    void acknowledge(long number);

    /** Acknowledges events up to this number. */
    void stop();

    @Override
    void close();
  }
}
