package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.spawn.Spawner;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Takes what a program says to where it belongs: news to the inbox, output to its collectors. */
record Ears(Notice.Inbox inbox, Consumer<ByteBuffer> out, Consumer<ByteBuffer> err)
    implements Spawner.Watcher {
  @Override
  public void stdout(ByteBuffer bytes) {
    out.accept(bytes);
  }

  @Override
  public void stderr(ByteBuffer bytes) {
    err.accept(bytes);
  }

  @Override
  public void drained() {
    inbox.put(new Notice.Drained());
  }

  @Override
  public void exited() {
    inbox.put(new Notice.Exited());
  }
}
