package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.FileTime;

/**
 * A regular file that was opened to be read, as it was at that moment.
 *
 * @param size in bytes; it may grow
 * @param identity the same for all names of one file
 */
public record OpenFile(FileChannel channel, long size, FileTime modified, Object identity)
    implements AutoCloseable {

  /** From where the channel stands; closing it closes the file. */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
