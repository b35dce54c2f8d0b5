package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A file of lines that was opened to add some.
 *
 * @param size in bytes, when it was opened
 * @param torn whether its last line has no end
 */
public record Appending(FileChannel channel, long size, boolean torn) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
