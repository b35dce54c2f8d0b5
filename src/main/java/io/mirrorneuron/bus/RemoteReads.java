package io.mirrorneuron.bus;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.mirrorneuron.wire.FileWish;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * Reads what areas of other nodes answer. Fails as they do; as UNAVAILABLE {@link #UNREACHED} or
 * {@link #REPLY_LOST} when the node does not answer. Futures complete on the caller's context.
 */
public interface RemoteReads {
  String UNREACHED = "owner_unreachable";

  /** The node was asked, and its answer did not come. */
  String REPLY_LOST = "reply_lost";

  /** Of a server that knows no other node. */
  RemoteReads NONE =
      new RemoteReads() {
        @Override
        public Future<Buffer> read(RemoteRead read, Duration patience) {
          return Future.failedFuture(nobody());
        }

        @Override
        public Future<RemoteFile> fetch(RemoteRead read, FileWish wish) {
          return Future.failedFuture(nobody());
        }

        private static MnException nobody() {
          return new MnException(
              ErrorCode.UNAVAILABLE, UNREACHED, "this server asks no other node");
        }
      };

  /**
   * @param patience how long the other node may wait before it begins to answer
   */
  Future<Buffer> read(RemoteRead read, Duration patience);

  /** Opens a file; whoever gets it closes it. */
  Future<RemoteFile> fetch(RemoteRead read, FileWish wish);

  /** A file of another node. Used on one context. */
  interface RemoteFile {
    FileFacts facts();

    /**
     * The next bytes of the part that was wished for, which the other node sends when they are
     * asked for; null behind the last.
     */
    Future<Buffer> next();

    /** Nothing more is wanted. */
    void close();
  }
}
