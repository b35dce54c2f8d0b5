package io.mirrorneuron.bus;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileDocument.RemoteRead;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * Calls areas of other nodes. Fails as they do; as UNAVAILABLE {@link #UNREACHED} or {@link
 * #REPLY_LOST} when the node does not answer. Futures complete on the caller's context.
 */
public interface RemoteReads {
  String UNREACHED = "owner_unreachable";

  /** The node received the call, but its answer was lost. */
  String REPLY_LOST = "reply_lost";

  /** For a server without other nodes. */
  RemoteReads NONE =
      new RemoteReads() {
        @Override
        public Future<Buffer> read(RemoteRead read, Duration patience) {
          return Future.failedFuture(nobody());
        }

        @Override
        public Future<RemoteFile> fetch(RemoteRead read, FileRequest wish) {
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

  /** Opens a file; the caller closes it. */
  Future<RemoteFile> fetch(RemoteRead read, FileRequest wish);

  /** A file of another node. Used on one context. */
  interface RemoteFile {
    FileFacts facts();

    /**
     * The next bytes of the requested part; the other node sends them on request only. Null after
     * the last.
     */
    Future<Buffer> next();

    void close();
  }
}
